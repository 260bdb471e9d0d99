/** A file descriptor that the caller owns and must close. */
export type Fd = number;

/** A path as text, or as the bytes that Linux knows, for names that are not UTF-8. */
export type BytePath = string | Uint8Array;

/** Flags of mount(2) and umount2(2), from linux/mount.h. */
export const MS = {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  SYNCHRONOUS: 16,
  REMOUNT: 32,
  DIRSYNC: 128,
  NOATIME: 1024,
  NODIRATIME: 2048,
  BIND: 4096,
  REC: 16384,
  PRIVATE: 1 << 18,
  SLAVE: 1 << 19,
  SHARED: 1 << 20,
  RELATIME: 1 << 21,
  STRICTATIME: 1 << 24,
} as const;

export const MNT_DETACH = 2;
export const UMOUNT_NOFOLLOW = 8;

export interface MountRequest {
  readonly source: string;
  readonly target: string;
  /** Undefined for binds, remounts and propagation changes. */
  readonly fsType?: string;
  /** A union of `MS`. */
  readonly flags?: number;
  /** File-system options, at most a page with its final zero. */
  readonly data?: string;
}

export interface SpawnRequest {
  /** Absolute. */
  readonly path: string;
  /** Without the program's name. */
  readonly args: readonly string[];
  /** `NAME=value`. */
  readonly env: readonly string[];
  readonly directory: string;
  /** The child's descriptors 0, 1, 2 …; it has no others. */
  readonly descriptors: readonly Fd[];
}

/**
 * The kernel calls that Node has no binding for. Everything else in the engine reaches the kernel through this
 * interface, so that unit tests can pass the recording double (`recording.ts`) and need no root.
 *
 * Methods that return a promise may block and run on a thread of libuv's pool; those that do not are known to return
 * in well under a millisecond. All of them throw `SyscallError` with the call's name, its path and the errno's name.
 */
export interface Syscalls {
  mount(request: MountRequest): Promise<void>;
  /** Unmounting an overlay may sync its upper file system, which was seen to take 400 ms. */
  unmount(target: string, flags?: number): Promise<void>;
  /**
   * Creates a network namespace and pins it by a bind mount on `path`, an existing empty file. The calling thread's
   * own namespace is unchanged afterwards. The caller removes it by `unmount(path, MNT_DETACH)` and unlinking.
   */
  createNetworkNamespace(path: string): void;
  /** Connects a `SOCK_SEQPACKET` socket; the descriptor is close-on-exec and non-blocking. Paths of up to 107 bytes. */
  connectSeqpacket(path: string): Fd;
  /** Two connected stream sockets, close-on-exec and blocking. */
  createStreamPair(): readonly [Fd, Fd];
  /**
   * Whether the peer of a connected unix socket has taken the connection out of its queue; false again when it has
   * closed it. Always true on kernels that cannot tell.
   */
  isAccepted(fd: Fd): boolean;
  /** Nothing more is read from a socket: what the peer writes from now on fails at the peer with EPIPE. */
  shutdownRead(fd: Fd): void;
  /** A descriptor that stands for one process, whatever becomes of its number later. Throws ESRCH when it is gone. */
  openPidfd(pid: number): Fd;
  /** Throws ESRCH when the process has ended. */
  signalPidfd(fd: Fd, signal: number): void;
  /**
   * Starts a program in a session of its own, with no signal blocked or ignored. Resolves with its number when it is
   * loaded; the descriptors stay open until then. The caller reaps it.
   */
  spawn(request: SpawnRequest): Promise<number>;
  /**
   * Takes the end of a child that `spawn` started and that has ended; without it the child stays a zombie.
   * @returns its exit code, or 128 and the number of the signal that ended it.
   */
  reap(pid: number): number;
  makeNode(path: BytePath, mode: number, device: { major: number; minor: number }): void;
  /** Names of a path's own extended attributes (symbolic links are not followed). */
  listXattrs(path: BytePath): string[];
  getXattr(path: BytePath, name: string): Buffer;
  setXattr(path: BytePath, name: string, value: Uint8Array): void;
  /** Access and modification time, to the nanosecond; a symbolic link's are its own. `nanoseconds` is 0–999999999. */
  setTimes(path: BytePath, time: { seconds: number; nanoseconds: number }): void;
  /**
   * Tells ext4 that the subdirectories of an open directory have nothing to do with each other, so that it spreads them
   * over the disk (chattr's `T`). Without it they share a few inode groups, where making a file is slowed down by every
   * one that was deleted in the last minutes: unpacking right after a removal was seen to take three times as long.
   * Nothing happens on file systems that do not know it.
   */
  spreadSubdirectories(fd: Fd): void;
  /** Writes everything of the file system that `fd` lies in to its disk. Blocks for as long as that takes. */
  syncFileSystem(fd: Fd): void;
  /** Gives memory that malloc(3) holds free back to the kernel; a few milliseconds. */
  trimHeap(): void;
  /** A file in memory, and nowhere else, that can be run and never be written again. Closed when this process runs another. */
  createSealedFile(name: string, content: Uint8Array): Fd;
  /** Takes an exclusive advisory lock that the process holds until it closes `fd` or dies; false when another has it. */
  tryLock(fd: Fd): boolean;
  /**
   * Gives the calling thread a root and a working directory of its own, and remembers them and its mount namespace.
   * @returns the way back to them, out of any other; the descriptors that it needs stay open.
   */
  rememberRoot(): () => void;
  /**
   * Gives the calling thread a mount namespace and a root of its own: what it mounts is seen by nobody else and goes
   * with it. What the host unmounts goes here as well.
   */
  enterMountNamespace(): void;
  /**
   * As `enterMountNamespace`, but with all that is mounted in another one, whose root becomes the thread's; `path` is
   * what /proc has for it. What this thread mounts and unmounts from then on is seen by nobody in there.
   */
  enterMountNamespaceOf(path: string): void;
  /** A file or directory with all that is mounted below it, held to be put somewhere by `moveMount`. Close-on-exec. */
  openTree(path: string): Fd;
  /** Puts what `openTree` holds over a file or directory of the calling thread's root. Does not close it. */
  moveMount(tree: Fd, target: string): void;
  /** Unmounts at once; what still uses it keeps it (for a thread with mounts of its own: it blocks). */
  detachMount(target: string): void;
  /** The calling process's root becomes `path`, for all its threads (child processes for unpacking only). */
  chroot(path: string): void;
  /** Changes the calling process's directory, also to one outside of its root (child processes for unpacking only). */
  changeDirectory(fd: Fd): void;
}
