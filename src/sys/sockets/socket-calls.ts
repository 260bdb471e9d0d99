import { type AsyncCall, declare } from '../libc.ts';
import type { Fd } from '../syscalls.ts';

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_SEQPACKET = 5;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SHUT_RD = 0;
export const MSG_DONTWAIT = 0x40;

type WithAddress = (fd: Fd, address: Uint8Array, length: number) => number;
type WithBytes = [fd: Fd, bytes: Uint8Array, length: number, flags: number];

/** socket(2) and what is called on sockets. */
export const calls = {
  socket: declare<(domain: number, type: number, protocol: number) => Fd>(
    'int socket(int domain, int type, int protocol)',
  ),
  bind: declare<WithAddress>('int bind(int fd, const uint8_t *address, uint32_t length)'),
  connect: declare<WithAddress>('int connect(int fd, const uint8_t *address, uint32_t length)'),
  getsockname: declare<(fd: Fd, address: Uint8Array, length: Uint32Array) => number>(
    'int getsockname(int fd, _Inout_ uint8_t *address, _Inout_ uint32_t *length)',
  ),
  setsockopt: declare<(fd: Fd, level: number, name: number, value: Int32Array, length: number) => number>(
    'int setsockopt(int fd, int level, int name, const int32_t *value, uint32_t length)',
  ),
  listen: declare<(fd: Fd, backlog: number) => number>('int listen(int fd, int backlog)'),
  shutdown: declare<(fd: Fd, how: number) => number>('int shutdown(int fd, int how)'),
  send: declare<AsyncCall<WithBytes>>('int64_t send(int fd, const uint8_t *bytes, size_t length, int flags)'),
  recv: declare<(...args: WithBytes) => number>('int64_t recv(int fd, _Out_ uint8_t *bytes, size_t length, int flags)'),
};
