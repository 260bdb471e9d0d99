import type { ImageDocument } from '../images/image-document.ts';
import type { LayerStore } from '../layers/layer-store.ts';
import type { LayerMaker } from '../layers/make/layer-maker.ts';
import type { ChainId, ImageId } from '../lib/digest.ts';
import type { ContainerId } from '../lib/ids.ts';
import type { ImageReference } from '../lib/image-reference.ts';
import type { Platform } from '../lib/platform.ts';
import type { Report } from '../lib/progress.ts';

/** An image that a build has made. */
export interface BuiltImage {
  /** Its configuration, as bytes. */
  readonly config: Uint8Array;
  readonly topChainId: ChainId | undefined;
  readonly names: readonly ImageReference[];
  /** Runs in the transaction that keeps the image, whose configuration is not synced: it may be damaged by a power cut. */
  readonly markUnsynced: (id: ImageId) => void;
}

/** What registries ask for, by their addresses, as `X-Registry-Config` has it. */
export type RegistryLogins = Readonly<
  Record<
    string,
    {
      readonly username: string;
      readonly password: string;
      readonly identityToken: string;
      readonly registryToken: string;
      readonly serverAddress: string;
    }
  >
>;

export interface BuilderImages {
  /** @throws not_found. */
  resolve(reference: string): Promise<ImageDocument>;
  /** An image's configuration, as bytes. @throws not_found. */
  config(id: ImageId): Promise<Uint8Array>;
  /** Fetches an image, or what is newer of it. @throws not_found, unauthorized, unavailable. */
  pull(
    reference: string,
    options: {
      readonly platform: Platform | undefined;
      readonly logins: RegistryLogins;
      readonly report: Report;
      readonly signal: AbortSignal;
    },
  ): Promise<void>;
  /** While the work goes on, no layer goes that nothing refers to yet. */
  session<T>(work: () => Promise<T>): Promise<T>;
  /** Keeps an image. Idempotent. All or nothing; only within a session. */
  keep(image: BuiltImage): Promise<ImageId>;
  /** Removes a chain of layers as far as nothing needs it; what went. During a session that is nothing yet. */
  releaseLayers(top: ChainId): Promise<readonly { readonly sizeBytes: number }[]>;
}

export interface StepMount {
  readonly destination: string;
  readonly type: 'bind' | 'tmpfs';
  readonly source: string;
  readonly options: readonly string[];
}

/** Limits of the containers that steps run in, in Docker's terms; what is not limited is zero or empty. */
export interface StepLimits {
  readonly memoryBytes: number;
  readonly memorySwapBytes: number;
  readonly cpuShares: number;
  readonly cpuPeriod: number;
  readonly cpuQuota: number;
  readonly cpusetCpus: string;
  readonly cpusetMems: string;
  readonly cgroupParent: string;
  readonly shmBytes: number;
  readonly ulimits: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[];
  readonly securityOptions: readonly string[];
}

/** A process in a container that no list shows and no record outlives. */
export interface StepRun {
  readonly id: ContainerId;
  /** The mounted root file system. */
  readonly rootfs: string;
  readonly argv: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  /** Unresolved; empty for root. */
  readonly user: string;
  readonly networkMode: string;
  readonly extraHosts: readonly string[];
  readonly mounts: readonly StepMount[];
  readonly limits: StepLimits;
  /** More is read when this is done with it. */
  readonly output: (data: Buffer, stream: 'stdout' | 'stderr') => Promise<void>;
  /** Kills it. */
  readonly signal: AbortSignal;
}

export interface StepEnd {
  readonly exitCode: number;
  readonly oomKilled: boolean;
}

export interface BuilderContainers {
  /**
   * Runs a process to its end. Nothing is left of it then but what it wrote to its root file system; a crash leaves what
   * recovery takes for a container without a record.
   * @throws invalid_argument for a command or a user that is not there; the signal's reason.
   */
  runStep(run: StepRun): Promise<StepEnd>;
  /** Looks `user[:group]` up in a root file system's own files; empty is root. @throws internal for unknown names. */
  resolveUser(rootfs: string, user: string): Promise<{ readonly uid: number; readonly gid: number }>;
}

export type BuilderLayers = Pick<
  LayerStore,
  | 'chain'
  | 'get'
  | 'apply'
  | 'createWritable'
  | 'mountWritable'
  | 'unmountWritable'
  | 'removeWritable'
  | 'writableDirectories'
  | 'tarOf'
>;

/** What builds need of the engine. */
export interface BuilderBackend {
  readonly images: BuilderImages;
  readonly containers: BuilderContainers;
  readonly layers: BuilderLayers;
  readonly maker: LayerMaker;
}
