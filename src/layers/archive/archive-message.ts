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

/** `path` begins with a slash; one at its end, or `/.`, asks for a directory and follows a symbolic link. */
export type ArchiveRequest = ContainerTree & { readonly path: string } & (
    | { readonly verb: 'stat' | 'read' | 'export' }
    /** As `read`, but the archive goes to a client's socket, which the process has as its fourth descriptor. */
    | { readonly verb: 'send' }
    | ({ readonly verb: 'write' } & WriteOptions)
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
 * One line of JSON; after the answer to `read` and `export` (which leaves the path's own entry out) the archive
 * follows.
 */
export type ArchiveReply =
  | { readonly stat: PathStat }
  | { readonly written: true }
  | { readonly failed: { readonly kind: ErrorKind; readonly message: string } };

/** A client's connection that an archive is written to by the process that makes it. */
export interface DirectOutput {
  readonly socket: Socket;
  /** Sends what comes before the archive; resolves when that has left the daemon. */
  begin(stat: PathStat): Promise<void>;
}
