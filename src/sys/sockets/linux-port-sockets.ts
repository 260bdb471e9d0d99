import { closeSync } from 'node:fs';
import koffi from 'koffi';
import { addressBytes, familyOf } from '../../lib/ip.ts';
import { SyscallError } from '../syscall-error.ts';
import type { Fd } from '../syscalls.ts';
import type { HostPort, PortProtocol, PortSockets } from './port-sockets.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const IPPROTO_SCTP = 132;
const SHUT_RD = 0;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;

const libc = koffi.load('libc.so.6');
const c = {
  socket: libc.func('int socket(int domain, int type, int protocol)') as unknown as (
    ...args: [number, number, number]
  ) => Fd,
  bind: libc.func('int bind(int fd, const uint8_t *address, uint32_t length)') as unknown as (
    ...args: [Fd, Uint8Array, number]
  ) => number,
  listen: libc.func('int listen(int fd, int backlog)') as unknown as (fd: Fd, backlog: number) => number,
  shutdown: libc.func('int shutdown(int fd, int how)') as unknown as (fd: Fd, how: number) => number,
  setsockopt: libc.func(
    'int setsockopt(int fd, int level, int name, const uint8_t *value, uint32_t length)',
  ) as unknown as (...args: [Fd, number, number, Uint8Array, number]) => number,
};

function socketKind(protocol: PortProtocol): [type: number, protocol: number] {
  if (protocol === 'sctp') return [SOCK_STREAM, IPPROTO_SCTP];
  return [protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM, 0];
}

/** struct sockaddr_in, struct sockaddr_in6 */
function socketName({ address, port }: HostPort): Buffer {
  const isSix = familyOf(address) === 6;
  const name = Buffer.alloc(isSix ? 28 : 16);
  name.writeUInt16LE(isSix ? AF_INET6 : AF_INET, 0);
  name.writeUInt16BE(port, 2);
  name.set(addressBytes(address), isSix ? 8 : 4);
  return name;
}

/** The kernel itself. */
export class LinuxPortSockets implements PortSockets {
  take(at: HostPort): Fd {
    const isSix = familyOf(at.address) === 6;
    const [type, protocol] = socketKind(at.protocol);
    const where = `${at.address} port ${at.port}/${at.protocol}`;
    const check = (call: string, result: number): number => {
      if (result < 0) throw new SyscallError(call, koffi.errno(), where);
      return result;
    };
    const fd = check('socket', c.socket(isSix ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, protocol));
    const set = (level: number, name: number, value: number): void => {
      check('setsockopt', c.setsockopt(fd, level, name, Uint8Array.of(value, 0, 0, 0), 4));
    };
    try {
      if (isSix) set(IPPROTO_IPV6, IPV6_V6ONLY, 1);
      // Connections of a former owner that wait for their end are no reason to refuse; a second listener is.
      if (at.protocol === 'tcp') set(SOL_SOCKET, SO_REUSEADDR, 1);
      const name = socketName(at);
      check('bind', c.bind(fd, name, name.length));
      // The others have nothing that waits, and refuse clients where nobody listens; SCTP cannot stop listening.
      if (at.protocol !== 'tcp') return fd;
      check('listen', c.listen(fd, 1));
      // It stays bound, so that clients are refused and not left waiting; without this option nobody can join it there.
      check('shutdown', c.shutdown(fd, SHUT_RD));
      set(SOL_SOCKET, SO_REUSEADDR, 0);
      return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }
}
