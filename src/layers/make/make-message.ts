import type { DiffId, Digest } from '../../lib/digest.ts';
import type { FailedReply } from '../serve-requests.ts';

/** The data file of a spool and its index, a line per entry. */
export interface SpoolFiles {
  readonly data: string;
  readonly index: string;
}

/** Makes a layer's tar of an overlay's upper directory. */
export interface SealRequest {
  readonly verb: 'seal';
  readonly upper: string;
  /** A file that is not there yet. It is not synced. */
  readonly blobPath: string;
  /** Later times become this one, in seconds since the epoch, on disk and in the tar. */
  readonly latestSeconds: number | undefined;
}

export interface Sealed {
  readonly diffId: DiffId;
  /** As images count it. */
  readonly sizeBytes: number;
}

/** Permission bits, or a change of them for every file: `u+x`. */
export type ModeChange = { readonly bits: number } | { readonly symbolic: string };

/** One file or directory of a spool that is to be copied. Paths are byte strings. */
export interface FillPick {
  readonly spool: SpoolFiles;
  /** Its path in the spool; of a directory, what is in it is copied. */
  readonly source: string;
  /** What it is called in a directory. */
  readonly name: string;
  /** Folders below the destination that it is put into, each like the one of that path in the spool (`--parents`). */
  readonly under: string;
  /** Paths in the spool that are left out, with all below them. */
  readonly skip: readonly string[];
  /** An archive is unpacked rather than copied. */
  readonly unpack: boolean;
}

/** Files, and where in a tree they are copied to. */
export interface FillTarget {
  readonly picks: readonly FillPick[];
  /** Absolute; with a slash at its end it is a directory whether it is there or not. */
  readonly destination: string;
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** The same for what is unpacked. */
  readonly archiveOwner?: { readonly uid: number; readonly gid: number } | undefined;
  readonly mode: ModeChange | undefined;
}

/** Copies files into a mounted tree. */
export interface FillRequest extends FillTarget {
  readonly verb: 'fill';
  readonly root: string;
}

/** Puts files of a tree into a new spool: what the patterns match, and the links and folders on the way to it. */
export interface PackRequest {
  readonly verb: 'pack';
  readonly root: string;
  /** Relative to the root. */
  readonly sources: readonly { readonly pattern: string; readonly isPattern: boolean }[];
  readonly spool: SpoolFiles;
}

/** Does to a mounted tree what layers say, one after the other. */
export interface ApplyRequest {
  readonly verb: 'apply';
  readonly root: string;
  /** Layers' blobs. */
  readonly blobs: readonly string[];
}

/** Makes a layer's tar what registries keep of it. */
export interface CompressRequest {
  readonly verb: 'compress';
  readonly plainPath: string;
  readonly diffId: DiffId;
  /** A file that is not there yet. */
  readonly blobPath: string;
}

export interface Compressed {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** What the program is asked, as one line of its standard input; the next may follow when it has answered. */
export type MakeRequest = SealRequest | FillRequest | PackRequest | ApplyRequest | CompressRequest;

export type MakeReply = { readonly done: Sealed | Compressed | Record<string, never> } | FailedReply;
