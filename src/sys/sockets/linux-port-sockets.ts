import { closeSync } from 'node:fs';
import { check } from '../libc.ts';
import type { Fd } from '../syscalls.ts';
import type { HostPort, PortProtocol, PortSockets } from './port-sockets.ts';
import { addressFamily, encodeSocketAddress } from './socket-address.ts';
import {
  AF_INET6,
  calls,
  SHUT_RD,
  SO_REUSEADDR,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from './socket-calls.ts';

const IPPROTO_SCTP = 132;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;

function socketKind(protocol: PortProtocol): [type: number, protocol: number] {
  if (protocol === 'sctp') return [SOCK_STREAM, IPPROTO_SCTP];
  return [protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM, 0];
}

/** The kernel itself. */
export class LinuxPortSockets implements PortSockets {
  take(at: HostPort): Fd {
    const family = addressFamily(at.address);
    const [type, protocol] = socketKind(at.protocol);
    const place = `${at.address} port ${at.port}/${at.protocol}`;
    const fd = check('socket', calls.socket(family, type | SOCK_CLOEXEC, protocol), place);
    const set = (level: number, name: number, value: number): void => {
      check('setsockopt', calls.setsockopt(fd, level, name, Int32Array.of(value), 4), place);
    };
    try {
      if (family === AF_INET6) set(IPPROTO_IPV6, IPV6_V6ONLY, 1);
      // Connections of a former owner that wait for their end are no reason to refuse; a second listener is.
      if (at.protocol === 'tcp') set(SOL_SOCKET, SO_REUSEADDR, 1);
      const name = encodeSocketAddress(at);
      check('bind', calls.bind(fd, name, name.length), place);
      // The others have nothing that waits, and refuse clients where nobody listens; SCTP cannot stop listening.
      if (at.protocol !== 'tcp') return fd;
      check('listen', calls.listen(fd, 1), place);
      // It stays bound, so that clients are refused and not left waiting; without this option nobody can join it there.
      check('shutdown', calls.shutdown(fd, SHUT_RD), place);
      set(SOL_SOCKET, SO_REUSEADDR, 0);
      return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }
}
