import { closeSync, openSync, writeFileSync } from 'node:fs';
import koffi from 'koffi';
import { isAccepted } from './netlink/linux-socket-diag.ts';
import { spawnProcess } from './processes/linux-spawn.ts';
import { hasErrorCode, SyscallError } from './syscall-error.ts';
import type { BytePath, Fd, MountRequest, SpawnRequest, Syscalls } from './syscalls.ts';
import { MNT_DETACH, MS, UMOUNT_NOFOLLOW } from './syscalls.ts';

const CLONE_NEWNET = 0x40000000;
const CLONE_NEWNS = 0x00020000;
const CLONE_FS = 0x200;
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_SEQPACKET = 5;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SUN_PATH_BYTES = 108;
const SHUT_RD = 0;
const FS_IOC_GETFLAGS = 0x80086601;
const FS_IOC_SETFLAGS = 0x40086602;
const FS_TOPDIR_FL = 0x20000;
const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
const MFD_EXEC = 16;
const F_ADD_SEALS = 1033;
/** F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW and F_SEAL_WRITE. */
const ALL_SEALS = 15;
const OPEN_TREE_CLONE = 1;
const O_CLOEXEC = 0o2000000;
const AT_RECURSIVE = 0x8000;
const MOVE_MOUNT_F_EMPTY_PATH = 4;
const WNOHANG = 1;
const LOCK_EX_NB = 2 | 4;

// koffi's declarations type every foreign function as returning `any`; each is given its real shape here, once.
const libc = koffi.load('libc.so.6');
type Callback<T> = (error: unknown, result: T) => void;
interface AsyncCall<A extends unknown[]> {
  (...args: A): number;
  async(...args: [...A, Callback<number>]): void;
}
function declare<F>(prototype: string): F {
  return libc.func(prototype) as unknown as F;
}

const c = {
  mount: declare<AsyncCall<[string, string, string | null, number, string | null]>>(
    'int mount(const char *source, const char *target, const char *type, ulong flags, const char *data)',
  ),
  umount2: declare<AsyncCall<[string, number]>>('int umount2(const char *target, int flags)'),
  unshare: declare<(flags: number) => number>('int unshare(int flags)'),
  setns: declare<(fd: number, type: number) => number>('int setns(int fd, int type)'),
  socket: declare<(domain: number, type: number, protocol: number) => number>(
    'int socket(int domain, int type, int protocol)',
  ),
  socketpair: declare<(domain: number, type: number, protocol: number, pair: Int32Array) => number>(
    'int socketpair(int domain, int type, int protocol, _Out_ int *pair)',
  ),
  connect: declare<(fd: number, address: Uint8Array, length: number) => number>(
    'int connect(int fd, const uint8_t *address, uint32_t length)',
  ),
  shutdown: declare<(fd: number, how: number) => number>('int shutdown(int fd, int how)'),
  waitpid: declare<(pid: number, status: null, options: number) => number>(
    'int waitpid(int pid, int *status, int options)',
  ),
  pidfdOpen: declare<(pid: number, flags: number) => number>('int pidfd_open(int pid, uint32_t flags)'),
  pidfdSendSignal: declare<(fd: number, signal: number, info: null, flags: number) => number>(
    'int pidfd_send_signal(int fd, int signal, void *info, uint32_t flags)',
  ),
  mknod: declare<(path: BytePath, mode: number, device: number) => number>(
    'int mknod(const char *path, uint32_t mode, uint64_t device)',
  ),
  llistxattr: declare<(path: BytePath, list: Uint8Array | null, size: number) => number>(
    'int64_t llistxattr(const char *path, _Out_ uint8_t *list, size_t size)',
  ),
  lgetxattr: declare<(path: BytePath, name: string, value: Uint8Array | null, size: number) => number>(
    'int64_t lgetxattr(const char *path, const char *name, _Out_ uint8_t *value, size_t size)',
  ),
  lsetxattr: declare<(path: BytePath, name: string, value: Uint8Array, size: number, flags: number) => number>(
    'int lsetxattr(const char *path, const char *name, const uint8_t *value, size_t size, int flags)',
  ),
  utimensat: declare<(directory: number, path: BytePath, times: BigInt64Array, flags: number) => number>(
    'int utimensat(int directory, const char *path, const int64_t *times, int flags)',
  ),
  ioctl: declare<(fd: number, request: number, flags: Int32Array) => number>(
    'int ioctl(int fd, ulong request, _Inout_ int *flags)',
  ),
  syncfs: declare<(fd: number) => number>('int syncfs(int fd)'),
  memfdCreate: declare<(name: string, flags: number) => number>('int memfd_create(const char *name, uint32_t flags)'),
  fcntl: declare<(fd: number, command: number, argument: number) => number>(
    'int fcntl(int fd, int command, int argument)',
  ),
  mallocTrim: declare<(pad: number) => number>('int malloc_trim(size_t pad)'),
  flock: declare<(fd: number, operation: number) => number>('int flock(int fd, int operation)'),
  openTree: declare<(directory: number, path: string, flags: number) => number>(
    'int open_tree(int directory, const char *path, uint32_t flags)',
  ),
  moveMount: declare<(from: number, fromPath: string, to: number, toPath: string, flags: number) => number>(
    'int move_mount(int from, const char *from_path, int to, const char *to_path, uint32_t flags)',
  ),
  chroot: declare<(path: string) => number>('int chroot(const char *path)'),
  fchdir: declare<(fd: number) => number>('int fchdir(int fd)'),
};

function check(syscall: string, result: number, path?: BytePath): number {
  if (result < 0) throw new SyscallError(syscall, koffi.errno(), path === undefined ? path : textOf(path));
  return result;
}

function textOf(path: BytePath): string {
  return typeof path === 'string' ? path : Buffer.from(path).toString();
}

/** Bytes need the closing zero that koffi gives to strings only. */
function cString(path: BytePath): BytePath {
  return typeof path === 'string' ? path : Buffer.concat([path, Buffer.alloc(1)]);
}

/**
 * Runs a foreign call on a thread of libuv's pool. errno belongs to that thread: koffi carries it over to the callback,
 * where it must be read before anything else is called.
 */
function onPool<A extends unknown[]>(name: string, call: AsyncCall<A>, path: string, ...args: A): Promise<void> {
  return new Promise((resolve, reject) => {
    call.async(...args, (error, result) => {
      if (error) reject(error as Error);
      else if (result < 0) reject(new SyscallError(name, koffi.errno(), path));
      else resolve();
    });
  });
}

/** glibc's gnu_dev_makedev: the device number in the layout that mknod(2) takes. */
function deviceNumber(major: number, minor: number): number {
  return Number(
    (BigInt(major & 0xfffff000) << 32n) |
      (BigInt(major & 0xfff) << 8n) |
      (BigInt(minor & 0xffffff00) << 12n) |
      BigInt(minor & 0xff),
  );
}

/** The kernel itself. */
export class LinuxSyscalls implements Syscalls {
  mount(request: MountRequest): Promise<void> {
    const { source, target, fsType, flags, data } = request;
    return onPool('mount', c.mount, target, source, target, fsType ?? null, flags ?? 0, data ?? null);
  }

  unmount(target: string, flags = 0): Promise<void> {
    return onPool('umount2', c.umount2, target, target, flags);
  }

  createNetworkNamespace(path: string): void {
    const own = openSync('/proc/thread-self/ns/net', 'r');
    try {
      check('unshare', c.unshare(CLONE_NEWNET));
      try {
        check('mount', c.mount('/proc/thread-self/ns/net', path, null, MS.BIND, null), path);
      } finally {
        check('setns', c.setns(own, CLONE_NEWNET));
      }
    } finally {
      closeSync(own);
    }
  }

  connectSeqpacket(path: string): Fd {
    const bytes = Buffer.from(path);
    if (bytes.length >= SUN_PATH_BYTES) throw new SyscallError('connect', 36 /* ENAMETOOLONG */, path);
    const address = Buffer.alloc(2 + SUN_PATH_BYTES);
    address.writeUInt16LE(AF_UNIX, 0);
    bytes.copy(address, 2);
    const fd = check('socket', c.socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), path);
    const result = c.connect(fd, address, 2 + bytes.length + 1);
    if (result < 0) {
      const error = new SyscallError('connect', koffi.errno(), path);
      closeSync(fd);
      throw error;
    }
    return fd;
  }

  createStreamPair(): [Fd, Fd] {
    const pair = new Int32Array(2);
    check('socketpair', c.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
    return [pair[0] ?? -1, pair[1] ?? -1];
  }

  isAccepted(fd: Fd): boolean {
    return isAccepted(fd);
  }

  shutdownRead(fd: Fd): void {
    check('shutdown', c.shutdown(fd, SHUT_RD));
  }

  openPidfd(pid: number): Fd {
    return check('pidfd_open', c.pidfdOpen(pid, 0));
  }

  signalPidfd(fd: Fd, signal: number): void {
    check('pidfd_send_signal', c.pidfdSendSignal(fd, signal, null, 0));
  }

  spawn(request: SpawnRequest): Promise<number> {
    return spawnProcess(request);
  }

  reap(pid: number): void {
    check('waitpid', c.waitpid(pid, null, WNOHANG));
  }

  makeNode(path: BytePath, mode: number, device: { major: number; minor: number }): void {
    check('mknod', c.mknod(cString(path), mode, deviceNumber(device.major, device.minor)), path);
  }

  listXattrs(path: BytePath): string[] {
    for (;;) {
      const size = check('llistxattr', c.llistxattr(cString(path), null, 0), path);
      if (size === 0) return [];
      const list = Buffer.alloc(size);
      const read = c.llistxattr(cString(path), list, size);
      if (read >= 0) return list.toString('utf8', 0, read).split('\0').filter(Boolean);
      if (koffi.errno() !== 34 /* ERANGE: another was added in between */) check('llistxattr', read, path);
    }
  }

  getXattr(path: BytePath, name: string): Buffer {
    for (;;) {
      const size = check('lgetxattr', c.lgetxattr(cString(path), name, null, 0), path);
      const value = Buffer.alloc(Math.max(size, 1));
      const read = c.lgetxattr(cString(path), name, value, size);
      if (read >= 0) return value.subarray(0, read);
      if (koffi.errno() !== 34 /* ERANGE: it grew in between */) check('lgetxattr', read, path);
    }
  }

  setXattr(path: BytePath, name: string, value: Uint8Array): void {
    check('lsetxattr', c.lsetxattr(cString(path), name, value, value.length, 0), path);
  }

  setTimes(path: BytePath, { seconds, nanoseconds }: { seconds: number; nanoseconds: number }): void {
    const [whole, rest] = [BigInt(seconds), BigInt(nanoseconds)];
    const times = new BigInt64Array([whole, rest, whole, rest]);
    check('utimensat', c.utimensat(AT_FDCWD, cString(path), times, AT_SYMLINK_NOFOLLOW), path);
  }

  spreadSubdirectories(fd: Fd): void {
    const flags = new Int32Array(2);
    if (c.ioctl(fd, FS_IOC_GETFLAGS, flags) === 0) {
      flags[0] = (flags[0] ?? 0) | FS_TOPDIR_FL;
      if (c.ioctl(fd, FS_IOC_SETFLAGS, flags) === 0) return;
    }
    const error = new SyscallError('ioctl', koffi.errno());
    if (!hasErrorCode(error, 'ENOTTY', 'EOPNOTSUPP', 'ENOTSUP', 'EINVAL', 'ENOSYS')) throw error;
  }

  syncFileSystem(fd: Fd): void {
    check('syncfs', c.syncfs(fd));
  }

  createSealedFile(name: string, content: Uint8Array): Fd {
    let fd = c.memfdCreate(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    // Kernels before 6.3 do not know MFD_EXEC: there all such files can be run.
    if (fd < 0 && koffi.errno() === 22 /* EINVAL */) fd = c.memfdCreate(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    check('memfd_create', fd, name);
    try {
      writeFileSync(fd, content);
      check('fcntl', c.fcntl(fd, F_ADD_SEALS, ALL_SEALS), name);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    return fd;
  }

  trimHeap(): void {
    c.mallocTrim(0);
  }

  tryLock(fd: Fd): boolean {
    if (c.flock(fd, LOCK_EX_NB) === 0) return true;
    if (koffi.errno() === 11 /* EWOULDBLOCK */) return false;
    throw new SyscallError('flock', koffi.errno());
  }

  rememberRoot(): () => void {
    check('unshare', c.unshare(CLONE_FS));
    const root = openSync('/', 'r');
    const namespace = openSync('/proc/self/ns/mnt', 'r');
    return () => {
      check('setns', c.setns(namespace, CLONE_NEWNS));
      check('fchdir', c.fchdir(root));
      check('chroot', c.chroot('.'));
    };
  }

  enterMountNamespace(): void {
    check('unshare', c.unshare(CLONE_NEWNS));
    check('mount', c.mount('none', '/', null, MS.REC | MS.SLAVE, null), '/');
  }

  enterMountNamespaceOf(path: string): void {
    const fd = openSync(path, 'r');
    try {
      // The first call gives this thread a root and directory of its own, which setns asks for.
      check('unshare', c.unshare(CLONE_NEWNS));
      check('setns', c.setns(fd, CLONE_NEWNS), path);
      check('unshare', c.unshare(CLONE_NEWNS));
      check('mount', c.mount('none', '/', null, MS.REC | MS.PRIVATE, null), '/');
    } finally {
      closeSync(fd);
    }
  }

  openTree(path: string): Fd {
    const flags = OPEN_TREE_CLONE | O_CLOEXEC | AT_RECURSIVE;
    return check('open_tree', c.openTree(AT_FDCWD, path, flags), path);
  }

  moveMount(tree: Fd, target: string): void {
    check('move_mount', c.moveMount(tree, '', AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH), target);
  }

  detachMount(target: string): void {
    check('umount2', c.umount2(target, MNT_DETACH | UMOUNT_NOFOLLOW), target);
  }

  chroot(path: string): void {
    check('chroot', c.chroot(path), path);
  }

  changeDirectory(fd: Fd): void {
    check('fchdir', c.fchdir(fd));
  }
}
