import type { Socket } from 'node:net';
import type { ContainerConfig } from '../../../api-types/container-config.ts';
import type { FilesystemChange } from '../../../api-types/container-files.ts';
import type { ContainerStats } from '../../../api-types/container-stats.ts';
import type { TopResponse } from '../../../api-types/container-top.ts';
import type { ImageReference } from '../../../lib/image-reference.ts';
import type { DirectBody } from '../../direct-body.ts';

/** As stat(2) gives it; a symbolic link's own, with where it leads to. */
export interface PathStat {
  readonly name: string;
  readonly sizeBytes: number;
  readonly mode: number;
  readonly mtimeNs: string;
  readonly linkTarget: string;
}

/** What these routes need of the engine. `ref` is a name, an ID, or an unambiguous beginning of one. */
export interface ContainerFileBackend {
  changes(ref: string): Promise<readonly FilesystemChange[] | null>;
  statPath(ref: string, path: string): Promise<PathStat>;
  /** The caller reads the archive, or ends it by `return`. */
  readPath(
    ref: string,
    path: string,
  ): Promise<{ readonly stat: PathStat; readonly archive: AsyncIterable<Uint8Array> }>;
  /** The same straight into a client's connection, as chunks of a body. */
  sendPath(
    ref: string,
    path: string,
    output: { readonly socket: Socket; begin(stat: PathStat): Promise<void> },
  ): Promise<void>;
  writePath(
    ref: string,
    path: string,
    archive: AsyncIterable<Uint8Array> | DirectBody,
    options: { readonly keepKinds: boolean; readonly ownByUser: boolean },
  ): Promise<void>;
  /** The caller reads the archive, or ends it by `return`. */
  export(ref: string): Promise<AsyncIterable<Uint8Array>>;
  /** Returns the new image's ID. */
  commit(
    ref: string,
    options: {
      readonly name: ImageReference | undefined;
      readonly author: string;
      readonly comment: string;
      readonly pause: boolean;
      readonly changes: readonly string[];
      readonly config: ContainerConfig | undefined;
    },
  ): Promise<string>;
  /** `psArguments` as ps(1) takes them, in one string; empty for `-ef`. */
  top(ref: string, psArguments: string): Promise<TopResponse>;
  /** Throws at once when there is no such container. Ends at its removal. */
  stats(
    ref: string,
    options: { readonly stream: boolean; readonly oneShot: boolean; readonly signal: AbortSignal },
  ): AsyncIterable<ContainerStats>;
}
