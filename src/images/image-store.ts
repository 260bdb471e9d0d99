import type { ChainId, DiffId, ImageId } from '../lib/digest.ts';
import type { ContainerId } from '../lib/ids.ts';
import type { ImageReference } from '../lib/image-reference.ts';

/** The part of an OCI/Docker image configuration that containers start from; keys as in the file. */
export interface ImageRunConfig {
  readonly User?: string;
  readonly ExposedPorts?: Record<string, object> | null;
  readonly Env?: readonly string[] | null;
  readonly Entrypoint?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly Volumes?: Record<string, object> | null;
  readonly WorkingDir?: string;
  readonly Labels?: Record<string, string> | null;
  readonly StopSignal?: string;
  readonly Healthcheck?: object | null;
  readonly Shell?: readonly string[] | null;
  readonly OnBuild?: readonly string[] | null;
  readonly ArgsEscaped?: boolean;
}

export interface CommitRequest {
  readonly container: ContainerId;
  /** The image that the container was made from. */
  readonly parent: ImageId;
  /** What the container changed, as a layer's tar; read once. */
  readonly layer: AsyncIterable<Uint8Array>;
  /** What the image's containers start with. */
  readonly config: ImageRunConfig;
  /** What the container itself was started with. */
  readonly containerConfig: ImageRunConfig;
  readonly createdBy: string;
  readonly author: string;
  readonly comment: string;
  readonly name: ImageReference | undefined;
}

export interface ImageHistoryEntry {
  readonly created?: string;
  readonly created_by?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly empty_layer?: boolean;
}

export interface Image {
  readonly id: ImageId;
  readonly topChainId: ChainId | undefined;
  readonly diffIds: readonly DiffId[];
  readonly architecture: string;
  readonly variant: string | undefined;
  readonly os: string;
  readonly created: string | undefined;
  readonly author: string | undefined;
  readonly config: ImageRunConfig;
  readonly history: readonly ImageHistoryEntry[];
}

/** Makes images of containers. */
export interface ImageCommits {
  /** All or nothing. @throws not_found for the parent image. */
  commit(request: CommitRequest): Promise<ImageId>;
}

/** Finds images; what containers and the builder need of them. */
export interface ImageLookup {
  /**
   * By name (`busybox`, `busybox:1`, `repo@sha256:…`), full ID or unique ID prefix.
   * @throws not_found (`No such image: busybox:latest`), invalid_argument for what is no reference.
   */
  resolve(reference: string): Promise<Image>;
}
