import { openSync } from 'node:fs';
import { SyscallError } from '../syscall-error.ts';
import type { Fd } from '../syscalls.ts';
import type { HostPort, PortSockets } from './port-sockets.ts';

/** Stands in for the host's ports in unit tests. Those in `failures` cannot be had, each for its errno. */
export class RecordingPortSockets implements PortSockets {
  readonly taken: string[] = [];
  /** By `<address> <port>/<protocol>`. */
  readonly failures = new Map<string, number>();

  take({ address, port, protocol }: HostPort): Fd {
    const name = `${address} ${port}/${protocol}`;
    const errno = this.failures.get(name);
    if (errno !== undefined) throw new SyscallError('bind', errno, name);
    this.taken.push(name);
    return openSync('/dev/null', 'r');
  }
}
