import type { ByteString } from './byte-string.ts';

export type TarEntryType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'character' | 'block' | 'fifo';

export interface TarTime {
  /** Since the epoch; negative before it. */
  readonly seconds: number;
  /** 0–999999999, always forward from `seconds`. */
  readonly nanoseconds: number;
}

/** A stretch of a sparse file that holds data; everything between the stretches reads as zeros. */
export interface TarExtent {
  readonly offset: number;
  readonly length: number;
}

/** What an archive says of one file, whichever of the tar formats it said it in. */
export interface TarEntry {
  readonly type: TarEntryType;
  /** As in the archive: it may be absolute, hold `..`, or end in a slash. */
  readonly path: ByteString;
  /** Of symbolic and hard links, else empty. */
  readonly linkTarget: ByteString;
  /** Permission bits with set-user-ID, set-group-ID and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** The file's size with its holes; 0 for everything but files. */
  readonly sizeBytes: number;
  readonly mtime: TarTime;
  readonly device: { readonly major: number; readonly minor: number };
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
  /** Undefined for files without holes. In order, without overlaps, within `sizeBytes`. */
  readonly extents: readonly TarExtent[] | undefined;
}
