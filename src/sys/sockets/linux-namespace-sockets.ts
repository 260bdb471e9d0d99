import { closeSync } from 'node:fs';
import { hasErrorCode } from '../../lib/system-error.ts';
import { check } from '../libc.ts';
import type { Fd } from '../syscalls.ts';
import { withinNetworkNamespace } from '../within-namespace.ts';
import type { NamespaceSockets, SocketAddress, SocketKind } from './namespace-sockets.ts';
import { addressFamily, encodeSocketAddress } from './socket-address.ts';
import {
  calls,
  SO_REUSEADDR,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from './socket-calls.ts';

const SOCKET_TYPES: Readonly<Record<SocketKind, number>> = { tcp: SOCK_STREAM, udp: SOCK_DGRAM };

function open(kind: SocketKind, at: SocketAddress): Fd {
  const type = SOCKET_TYPES[kind] | SOCK_CLOEXEC | SOCK_NONBLOCK;
  return check('socket', calls.socket(addressFamily(at.address), type, 0), kind);
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

function placeOf({ address, port }: SocketAddress): string {
  return `${address} port ${port}`;
}

/** The kernel itself. */
export class LinuxNamespaceSockets implements NamespaceSockets {
  bind(namespacePath: string | undefined, kind: SocketKind, at: SocketAddress): { fd: Fd; port: number } {
    return withinNetworkNamespace(namespacePath, () => {
      const fd = open(kind, at);
      const place = placeOf(at);
      return onSocket(fd, () => {
        // A restarted daemon takes the port over while connections of the one before wait for their end.
        if (kind === 'tcp')
          check('setsockopt', calls.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, Int32Array.of(1), 4), place);
        const name = encodeSocketAddress(at);
        check('bind', calls.bind(fd, name, name.length), place);
        check('getsockname', calls.getsockname(fd, name, Uint32Array.of(name.length)), place);
        return { fd, port: name.readUInt16BE(2) };
      });
    });
  }

  connect(namespacePath: string | undefined, to: SocketAddress): Fd {
    return withinNetworkNamespace(namespacePath, () => {
      const fd = open('tcp', to);
      const place = placeOf(to);
      return onSocket(fd, () => {
        const name = encodeSocketAddress(to);
        try {
          check('connect', calls.connect(fd, name, name.length), place);
        } catch (error) {
          // It goes on behind our back.
          if (!hasErrorCode(error, 'EINPROGRESS')) throw error;
        }
        return fd;
      });
    });
  }
}
