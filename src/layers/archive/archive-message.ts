import type { Socket } from 'node:net';
import type { ErrorKind } from '../../errors/engine-error.ts';

/** A file or folder of the host that stands in the place of one in the tree, as a mount in a container. */
export interface TreeMount {
  readonly source: string;
  /** As the container sees it. */
  readonly target: string;
  readonly writable: boolean;
}

/** A directory tree as a container sees it. */
export interface ContainerTree {
  /** The mounted root file system. */
  readonly root: string;
  /** The outer before the inner. */
  readonly mounts: readonly TreeMount[];
  /**
   * The mount namespace of a container that runs, as /proc has it: the mounts are there already. Without it they are
   * made, for this alone.
   */
  readonly namespace?: string | undefined;
}

export interface WriteOptions {
  /** Nothing may be written outside of the tree's mounts. */
  readonly readonlyRoot?: boolean;
  /** Refuse to put a directory in the place of anything else, and the other way round. */
  readonly keepKinds: boolean;
  /** Who everything shall belong to; undefined keeps what the archive says. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** What the archive says of `./` goes for the folder itself. */
  readonly withRoot?: boolean;
}

/** Where the body of an HTTP message ends: told by its chunks, by its length in bytes, or by the end of the stream. */
export type BodyFraming = 'chunked' | 'end' | number;

/**
 * `path` begins with a slash; one at its end, or `/.`, asks for a directory and follows a symbolic link. All but `stat`
 * come with a descriptor, which an archive is written to or read from.
 */
export type ArchiveRequest = ContainerTree & { readonly path: string } & (
    | { readonly verb: 'stat' }
    | { readonly verb: 'read' }
    /** The whole tree: the archive leaves the path's own entry out. */
    | { readonly verb: 'export' }
    /** As `read`, in chunks, and not before another byte has come. */
    | { readonly verb: 'send' }
    /** `early`, in base64, is what was read of the body already. */
    | ({ readonly verb: 'write'; readonly framing: BodyFraming; readonly early: string } & WriteOptions)
  );

export interface PathStat {
  readonly name: string;
  readonly sizeBytes: number;
  /** As stat(2) gives it. */
  readonly mode: number;
  /** Nanoseconds since the epoch, in decimal. */
  readonly mtimeNs: string;
  /** Where a symbolic link leads to in the end, as far as that is there; empty for everything else. */
  readonly linkTarget: string;
}

/**
 * One line of JSON. `stat` comes first, but for `write`; the others come last, when nothing is held any more, or will not
 * be once the process has ended, which comes right after (`isLast`).
 */
export type ArchiveReply =
  | { readonly stat: PathStat }
  | { readonly done: true; readonly isLast?: true }
  | { readonly failed: { readonly kind: ErrorKind; readonly message: string }; readonly isLast?: true };

/** A client's connection that an archive is written to by the process that makes it. */
export interface DirectOutput {
  readonly socket: Socket;
  /** Sends what comes before the archive; resolves when that has left the daemon. */
  begin(stat: PathStat): Promise<void>;
}

/** A client's connection at the beginning of a body, which nobody else reads. */
export interface DirectInput {
  readonly socket: Socket;
  readonly framing: BodyFraming;
}

export type ArchiveSource = AsyncIterable<Uint8Array> | DirectInput;
