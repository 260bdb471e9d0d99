/** A file descriptor that the caller owns and must close. */
export type Fd = number;

/** Flags of mount(2) and umount2(2), from linux/mount.h. */
export const MS = {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  REMOUNT: 32,
  NOATIME: 1024,
  BIND: 4096,
  REC: 16384,
  PRIVATE: 1 << 18,
  SLAVE: 1 << 19,
  SHARED: 1 << 20,
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
  makeNode(path: string, mode: number, device: { major: number; minor: number }): void;
  /** Names of a path's own extended attributes (symbolic links are not followed). */
  listXattrs(path: string): string[];
  getXattr(path: string, name: string): Buffer;
  setXattr(path: string, name: string, value: Uint8Array): void;
  /** Takes an exclusive advisory lock that the process holds until it closes `fd` or dies; false when another has it. */
  tryLock(fd: Fd): boolean;
  /** The calling process's root becomes `path`, for all its threads (child processes for unpacking only). */
  chroot(path: string): void;
}
