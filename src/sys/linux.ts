import { closeSync, openSync, writeFileSync } from 'node:fs';
import { hasErrorCode } from '../lib/system-error.ts';
import { errno, onPool } from './libc.ts';
import { calls } from './linux-calls.ts';
import { isAccepted } from './netlink/linux-socket-diag.ts';
import { spawnProcess } from './processes/linux-spawn.ts';
import {
  AF_UNIX,
  SHUT_RD,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  calls as socketCalls,
} from './sockets/socket-calls.ts';
import { SyscallError } from './syscall-error.ts';
import type { BytePath, Fd, MountRequest, SpawnRequest, Syscalls } from './syscalls.ts';
import { MNT_DETACH, MS, UMOUNT_NOFOLLOW } from './syscalls.ts';

const CLONE_NEWNET = 0x40000000;
const CLONE_NEWNS = 0x00020000;
const CLONE_FS = 0x200;
const SUN_PATH_BYTES = 108;
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

function check(syscall: string, result: number, path?: BytePath): number {
  if (result < 0) throw new SyscallError(syscall, errno(), path === undefined ? path : textOf(path));
  return result;
}

function textOf(path: BytePath): string {
  return typeof path === 'string' ? path : Buffer.from(path).toString();
}

/** Bytes need the closing zero that koffi gives to strings only. */
function cString(path: BytePath): BytePath {
  return typeof path === 'string' ? path : Buffer.concat([path, Buffer.alloc(1)]);
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
  async mount(request: MountRequest): Promise<void> {
    const { source, target, fsType, flags, data } = request;
    await onPool('mount', calls.mount, target, source, target, fsType ?? null, flags ?? 0, data ?? null);
  }

  async unmount(target: string, flags = 0): Promise<void> {
    await onPool('umount2', calls.umount2, target, target, flags);
  }

  createNetworkNamespace(path: string): void {
    const own = openSync('/proc/thread-self/ns/net', 'r');
    try {
      check('unshare', calls.unshare(CLONE_NEWNET));
      try {
        check('mount', calls.mount('/proc/thread-self/ns/net', path, null, MS.BIND, null), path);
      } finally {
        check('setns', calls.setns(own, CLONE_NEWNET));
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
    const fd = check('socket', socketCalls.socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), path);
    try {
      check('connect', socketCalls.connect(fd, address, 2 + bytes.length + 1), path);
      return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  createStreamPair(): [Fd, Fd] {
    const pair = new Int32Array(2);
    check('socketpair', calls.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
    return [pair[0] ?? -1, pair[1] ?? -1];
  }

  isAccepted(fd: Fd): boolean {
    return isAccepted(fd);
  }

  shutdownRead(fd: Fd): void {
    check('shutdown', socketCalls.shutdown(fd, SHUT_RD));
  }

  openPidfd(pid: number): Fd {
    return check('pidfd_open', calls.pidfdOpen(pid, 0));
  }

  signalPidfd(fd: Fd, signal: number): void {
    check('pidfd_send_signal', calls.pidfdSendSignal(fd, signal, null, 0));
  }

  spawn(request: SpawnRequest): Promise<number> {
    return spawnProcess(request);
  }

  reap(pid: number): number {
    const status = new Int32Array(1);
    check('waitpid', calls.waitpid(pid, status, WNOHANG));
    const [word = 0] = status;
    const signal = word & 0x7f;
    return signal === 0 ? (word >> 8) & 0xff : 128 + signal;
  }

  makeNode(path: BytePath, mode: number, device: { major: number; minor: number }): void {
    check('mknod', calls.mknod(cString(path), mode, deviceNumber(device.major, device.minor)), path);
  }

  listXattrs(path: BytePath): string[] {
    for (;;) {
      const size = check('llistxattr', calls.llistxattr(cString(path), null, 0), path);
      if (size === 0) return [];
      const list = Buffer.alloc(size);
      const read = calls.llistxattr(cString(path), list, size);
      if (read >= 0) return list.toString('utf8', 0, read).split('\0').filter(Boolean);
      if (errno() !== 34 /* ERANGE: another was added in between */) check('llistxattr', read, path);
    }
  }

  getXattr(path: BytePath, name: string): Buffer {
    for (;;) {
      const size = check('lgetxattr', calls.lgetxattr(cString(path), name, null, 0), path);
      const value = Buffer.alloc(Math.max(size, 1));
      const read = calls.lgetxattr(cString(path), name, value, size);
      if (read >= 0) return value.subarray(0, read);
      if (errno() !== 34 /* ERANGE: it grew in between */) check('lgetxattr', read, path);
    }
  }

  setXattr(path: BytePath, name: string, value: Uint8Array): void {
    check('lsetxattr', calls.lsetxattr(cString(path), name, value, value.length, 0), path);
  }

  setTimes(path: BytePath, { seconds, nanoseconds }: { seconds: number; nanoseconds: number }): void {
    const [whole, rest] = [BigInt(seconds), BigInt(nanoseconds)];
    const times = new BigInt64Array([whole, rest, whole, rest]);
    check('utimensat', calls.utimensat(AT_FDCWD, cString(path), times, AT_SYMLINK_NOFOLLOW), path);
  }

  spreadSubdirectories(fd: Fd): void {
    const flags = new Int32Array(2);
    if (calls.ioctl(fd, FS_IOC_GETFLAGS, flags) === 0) {
      flags[0] = (flags[0] ?? 0) | FS_TOPDIR_FL;
      if (calls.ioctl(fd, FS_IOC_SETFLAGS, flags) === 0) return;
    }
    const error = new SyscallError('ioctl', errno());
    if (!hasErrorCode(error, 'ENOTTY', 'EOPNOTSUPP', 'ENOTSUP', 'EINVAL', 'ENOSYS')) throw error;
  }

  syncFileSystem(fd: Fd): void {
    check('syncfs', calls.syncfs(fd));
  }

  createSealedFile(name: string, content: Uint8Array): Fd {
    let fd = calls.memfdCreate(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    // Kernels before 6.3 do not know MFD_EXEC: there all such files can be run.
    if (fd < 0 && errno() === 22 /* EINVAL */) fd = calls.memfdCreate(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    check('memfd_create', fd, name);
    try {
      writeFileSync(fd, content);
      check('fcntl', calls.fcntl(fd, F_ADD_SEALS, ALL_SEALS), name);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    return fd;
  }

  trimHeap(): void {
    calls.mallocTrim(0);
  }

  tryLock(fd: Fd): boolean {
    if (calls.flock(fd, LOCK_EX_NB) === 0) return true;
    if (errno() === 11 /* EWOULDBLOCK */) return false;
    throw new SyscallError('flock', errno());
  }

  rememberRoot(): () => void {
    check('unshare', calls.unshare(CLONE_FS));
    const root = openSync('/', 'r');
    const namespace = openSync('/proc/self/ns/mnt', 'r');
    return () => {
      check('setns', calls.setns(namespace, CLONE_NEWNS));
      check('fchdir', calls.fchdir(root));
      check('chroot', calls.chroot('.'));
    };
  }

  enterMountNamespace(): void {
    check('unshare', calls.unshare(CLONE_NEWNS));
    check('mount', calls.mount('none', '/', null, MS.REC | MS.SLAVE, null), '/');
  }

  enterMountNamespaceOf(path: string): void {
    const fd = openSync(path, 'r');
    try {
      // The first call gives this thread a root and directory of its own, which setns asks for.
      check('unshare', calls.unshare(CLONE_NEWNS));
      check('setns', calls.setns(fd, CLONE_NEWNS), path);
      check('unshare', calls.unshare(CLONE_NEWNS));
      check('mount', calls.mount('none', '/', null, MS.REC | MS.PRIVATE, null), '/');
    } finally {
      closeSync(fd);
    }
  }

  openTree(path: string): Fd {
    const flags = OPEN_TREE_CLONE | O_CLOEXEC | AT_RECURSIVE;
    return check('open_tree', calls.openTree(AT_FDCWD, path, flags), path);
  }

  moveMount(tree: Fd, target: string): void {
    check('move_mount', calls.moveMount(tree, '', AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH), target);
  }

  detachMount(target: string): void {
    check('umount2', calls.umount2(target, MNT_DETACH | UMOUNT_NOFOLLOW), target);
  }

  chroot(path: string): void {
    check('chroot', calls.chroot(path), path);
  }

  changeDirectory(fd: Fd): void {
    check('fchdir', calls.fchdir(fd));
  }
}
