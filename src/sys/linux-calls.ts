import { type AsyncCall, declare } from './libc.ts';
import type { BytePath } from './syscalls.ts';

/** What `LinuxSyscalls` is made of, by libc's own prototypes. */
export const calls = {
  mount: declare<AsyncCall<[string, string, string | null, number, string | null]>>(
    'int mount(const char *source, const char *target, const char *type, ulong flags, const char *data)',
  ),
  umount2: declare<AsyncCall<[string, number]>>('int umount2(const char *target, int flags)'),
  unshare: declare<(flags: number) => number>('int unshare(int flags)'),
  setns: declare<(fd: number, type: number) => number>('int setns(int fd, int type)'),
  socketpair: declare<(domain: number, type: number, protocol: number, pair: Int32Array) => number>(
    'int socketpair(int domain, int type, int protocol, _Out_ int *pair)',
  ),
  waitpid: declare<(pid: number, status: Int32Array, options: number) => number>(
    'int waitpid(int pid, _Out_ int *status, int options)',
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
