import type { BlobInfo } from '../content/content-store.ts';
import type { ChainId, DiffId, Digest } from '../lib/digest.ts';
import type { ContainerId } from '../lib/ids.ts';
import type { LayerRecord } from '../state/layers.ts';
import type { ArchiveSource, ContainerTree, DirectOutput, PathStat, WriteOptions } from './archive/archive-message.ts';
import type { LayerChange } from './diff/list-changes.ts';

export interface Layer extends Omit<LayerRecord, 'directory'> {
  /** Where its files are, in the form that overlayfs takes; an absolute path. */
  readonly directory: string;
}

/**
 * So many layers may lie on one another, as with Docker: an image that is made here can be taken by others, and the mount of
 * one always fits into the page that mount(2) takes.
 */
export const MAX_DEPTH = 125;

/** A blob that was applied, before anything refers to it. */
export interface ApplyRequest {
  readonly parent: ChainId | undefined;
  readonly blob: Digest;
  /** What the tar must hash to when uncompressed; a mismatch is `invalid_argument` and leaves nothing. */
  readonly diffId?: DiffId;
  /** Told how much of the blob has been read, now and then; not for a layer that somebody else is applying already. */
  readonly onProgress?: (readBytes: number) => void;
  /** Ends it, unless somebody else applies the same layer. */
  readonly signal?: AbortSignal;
}

export interface CompressedBlob extends BlobInfo {
  /** As OCI names it. */
  readonly mediaType: string;
}

/** Where a container's layers are, as `docker inspect` shows them; absolute paths. */
export interface WritableDirectories {
  /** The image's layers, topmost first; empty for an image without layers. */
  readonly lower: readonly string[];
  readonly upper: string;
  readonly work: string;
  readonly merged: string;
}

export interface MountOptions {
  readonly volatile: boolean;
  readonly stubs?: readonly MountStub[];
  /** Nothing is there that the layers do not have. */
  readonly isBare?: boolean;
}

export interface MountStub {
  /** Absolute. */
  readonly path: string;
  readonly kind: 'directory' | 'file';
}

/** Read-only layers, shared by images, and one writable layer per container on top of them. */
export interface LayerStore {
  /**
   * Unpacks a blob (tar, gzip or zstd, told by its first bytes) on top of `parent`. Atomic: a crash leaves nothing that
   * the next start does not sweep. Idempotent, and concurrent calls for one layer share the work.
   * With `diffId` given, a layer may be applied while its parent still is: they are unpacked side by side.
   * @throws invalid_argument for a tar that is broken or that would leave the layer; the message names the entry.
   * not_found when there is no such parent; the signal's reason, once nothing is written for this caller. The blob is
   * the caller's until then; from there on it goes with the layer.
   */
  apply(request: ApplyRequest): Promise<Layer>;
  /** @throws not_found. */
  get(chainId: ChainId): Layer;
  /** From the lowest to `top`. @throws not_found. */
  chain(top: ChainId): Layer[];
  /**
   * Removes a layer and its parents as far as no image, container or other layer needs them, with the blobs that no
   * other layer came from. Returns what went, topmost first. Whoever is about to refer to a layer must keep others from
   * releasing it meanwhile.
   */
  release(top: ChainId): Promise<Layer[]>;
  /**
   * The blob of the layer as registries keep it, compressed: as it arrived, or as it was made by `compress`; undefined
   * when there is none yet. @throws not_found.
   */
  compressedBlob(chainId: ChainId): Promise<CompressedBlob | undefined>;
  /** Makes that blob, which stays as long as the layer. Idempotent. @throws not_found; the signal's reason. */
  compress(chainId: ChainId, signal: AbortSignal): Promise<void>;
  /** The layer's uncompressed tar, byte for byte what `diffId` names. */
  exportTar(chainId: ChainId): AsyncIterable<Uint8Array>;

  /** Makes a container's writable layer; idempotent. `top` is undefined for an image without layers. */
  createWritable(id: ContainerId, top: ChainId | undefined): Promise<void>;
  /**
   * Mounts a container's root file system and returns its path. Idempotent: a mount that is there is used. Where the
   * image lacks them, `/dev`, `/proc`, `/sys`, `/etc/hosts` and so on are there to mount on, as in Docker, and are no
   * part of the writable layer.
   * `volatile` leaves out the sync at unmount, for containers that go with their first exit. `stubs` are paths to mount
   * on that are there where the image has nothing of that name, and no part of the writable layer.
   */
  mountWritable(id: ContainerId, options: MountOptions): Promise<string>;
  /** Idempotent. */
  unmountWritable(id: ContainerId): Promise<void>;
  /** Unmounts and removes; idempotent. */
  removeWritable(id: ContainerId): Promise<void>;
  /** @throws not_found. */
  writableDirectories(id: ContainerId): WritableDirectories;
  /** Bytes in the container's own writable layer. */
  writableSizeBytes(id: ContainerId): Promise<number>;
  /**
   * What the container changed, as a layer's tar with whiteouts: deterministic, times in whole seconds. Also while it
   * runs; a file that gets shorter meanwhile is an `internal` error at the end. @throws not_found.
   */
  diffWritable(id: ContainerId): AsyncIterable<Uint8Array>;
  /** The same as a list of paths, a folder before what is in it. @throws not_found. */
  writableChanges(id: ContainerId): Promise<LayerChange[]>;
  /**
   * Looks at one path of a container's mounted tree, by a process that cannot leave it. The path begins with a slash; one
   * at its end, or `/.`, follows a symbolic link. @throws not_found with the path as its message, internal.
   */
  statPath(tree: ContainerTree, path: string): Promise<PathStat>;
  /**
   * The archive of a file, or of a directory with all that is in it, under the last part of its path. The caller reads
   * the archive or ends it by `return`. @throws as `statPath`.
   */
  readPath(
    tree: ContainerTree,
    path: string,
  ): Promise<{ readonly stat: PathStat; readonly archive: AsyncIterable<Uint8Array> }>;
  /**
   * As `readPath`, straight into a client's connection and in chunks; nobody else writes to it until this resolves.
   * @throws as `statPath`, before `output.begin`; internal for an archive that broke off.
   */
  sendPath(tree: ContainerTree, path: string, output: DirectOutput): Promise<void>;
  /** The archive of a whole tree, as `readPath`. */
  exportTree(tree: ContainerTree): Promise<AsyncIterable<Uint8Array>>;
  /**
   * Unpacks an archive into a directory that is there, over what is in it. One from a client's connection does not pass
   * through the daemon. @throws as `statPath`.
   */
  writePath(tree: ContainerTree, path: string, archive: ArchiveSource, options: WriteOptions): Promise<void>;
  /** The tar of any directory tree, such as a mounted root file system, by a process of its own. */
  tarOf(directory: string): AsyncIterable<Uint8Array>;
  /** Removes writable layers of containers that are not in `known` and half-made layers. Only at start. */
  sweep(known: ReadonlySet<ContainerId>): Promise<void>;
  /** Removing takes files out of their place at once and deletes them later: resolves when all are off the disk. */
  removed(): Promise<void>;
}
