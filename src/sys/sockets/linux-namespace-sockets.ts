import { closeSync } from 'node:fs';
import koffi from 'koffi';
import { SyscallError } from '../syscall-error.ts';
import type { Fd } from '../syscalls.ts';
import { withinNetworkNamespace } from '../within-namespace.ts';
import type { NamespaceSockets, SocketAddress, SocketKind } from './namespace-sockets.ts';
import { addressFamily, encodeSocketAddress } from './socket-address.ts';

const SOCKET_TYPES: Readonly<Record<SocketKind, number>> = { tcp: 1, udp: 2 };
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const EINPROGRESS = 115;

const libc = koffi.load('libc.so.6');
type AddressCall = (fd: Fd, address: Uint8Array, length: number) => number;
const c = {
  socket: libc.func('int socket(int domain, int type, int protocol)') as unknown as (
    ...args: [number, number, number]
  ) => Fd,
  bind: libc.func('int bind(int fd, const uint8_t *address, uint32_t length)') as unknown as AddressCall,
  connect: libc.func('int connect(int fd, const uint8_t *address, uint32_t length)') as unknown as AddressCall,
  getsockname: libc.func('int getsockname(int fd, _Inout_ uint8_t *address, _Inout_ uint32_t *length)') as unknown as (
    fd: Fd,
    address: Uint8Array,
    length: Uint32Array,
  ) => number,
  setsockopt: libc.func(
    'int setsockopt(int fd, int level, int name, const int32_t *value, uint32_t length)',
  ) as unknown as (fd: Fd, level: number, name: number, value: Int32Array, length: number) => number,
};

function open(kind: SocketKind, at: SocketAddress): Fd {
  const fd = c.socket(addressFamily(at.address), SOCKET_TYPES[kind] | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) throw new SyscallError('socket', koffi.errno(), kind);
  return fd;
}

/** Runs `work` on a new socket, which is closed when that throws. */
function onSocket<T>(fd: Fd, work: () => T): T {
  try {
    return work();
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function check(call: string, result: number, where: SocketAddress): void {
  if (result < 0) throw new SyscallError(call, koffi.errno(), `${where.address} port ${where.port}`);
}

/** The kernel itself. */
export class LinuxNamespaceSockets implements NamespaceSockets {
  bind(namespacePath: string | undefined, kind: SocketKind, at: SocketAddress): { fd: Fd; port: number } {
    return withinNetworkNamespace(namespacePath, () => {
      const fd = open(kind, at);
      return onSocket(fd, () => {
        // A restarted daemon takes the port over while connections of the one before wait for their end.
        if (kind === 'tcp') check('setsockopt', c.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, Int32Array.of(1), 4), at);
        const name = encodeSocketAddress(at);
        check('bind', c.bind(fd, name, name.length), at);
        check('getsockname', c.getsockname(fd, name, Uint32Array.of(name.length)), at);
        return { fd, port: name.readUInt16BE(2) };
      });
    });
  }

  connect(namespacePath: string | undefined, to: SocketAddress): Fd {
    return withinNetworkNamespace(namespacePath, () => {
      const fd = open('tcp', to);
      return onSocket(fd, () => {
        const name = encodeSocketAddress(to);
        const result = c.connect(fd, name, name.length);
        if (result < 0 && koffi.errno() !== EINPROGRESS) check('connect', result, to);
        return fd;
      });
    });
  }
}
