import type { ImageReference } from '../../lib/image-reference.ts';
import type { Platform } from '../../lib/platform.ts';
import type { RegistryLogins, StepLimits } from '../backend.ts';

/** Where the files of a build come from. */
export type ContextSource =
  | { readonly kind: 'archive'; readonly archive: AsyncIterable<Uint8Array> }
  /** An archive, a Dockerfile or a repository that the daemon fetches. */
  | { readonly kind: 'remote'; readonly url: string };

export interface BuildSecret {
  readonly id: string;
  readonly content: Uint8Array;
}

export interface BuildRequest {
  readonly context: ContextSource;
  /** Within the context. */
  readonly dockerfile: string;
  readonly names: readonly ImageReference[];
  readonly target: string | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly platform: Platform | undefined;
  readonly networkMode: string;
  readonly extraHosts: readonly string[];
  readonly limits: StepLimits;
  readonly noCache: boolean;
  /** Stages that are made anew. */
  readonly noCacheStages: readonly string[];
  readonly cacheFrom: readonly string[];
  readonly pull: boolean;
  readonly squash: boolean;
  /** Times in layers are those of `SOURCE_DATE_EPOCH`, or none. */
  readonly reproducible: boolean;
  /** Leaves an image of a failed RUN's files. */
  readonly keepFailed: boolean;
  /** Finds out what is wrong, and does nothing. */
  readonly checkOnly: boolean;
  readonly logins: RegistryLogins;
  readonly secrets: readonly BuildSecret[];
  /** Sockets of SSH agents on this host, by their IDs. */
  readonly sshAgents: ReadonlyMap<string, string>;
  readonly namedContexts: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}
