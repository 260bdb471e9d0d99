import { closeSync } from 'node:fs';
import { hasErrorCode } from '../../lib/system-error.ts';
import { socketOn } from '../sockets/descriptor-socket.ts';
import type { Syscalls } from '../syscalls.ts';
import { isAlive, type ProcessIdentity } from './process-identity.ts';

export interface ExitWatch {
  /** Resolves when the process has ended, however it did, also when that was before the watch began. */
  readonly exited: Promise<void>;
  /** The watch no longer keeps this process's event loop alive. */
  unref(): void;
}

/**
 * Waits for the end of any process, child or not. Costs one descriptor and no polling: a pidfd becomes readable when
 * its process ends (pidfd_open(2)).
 */
export function watchExit(syscalls: Pick<Syscalls, 'openPidfd'>, process: ProcessIdentity): ExitWatch {
  let fd: number;
  try {
    fd = syscalls.openPidfd(process.pid);
  } catch (error) {
    if (hasErrorCode(error, 'ESRCH')) return { exited: Promise.resolve(), unref: () => undefined };
    throw error;
  }
  // Asked only now: the pidfd holds on to whoever has the number at this moment.
  if (!isAlive(process)) {
    closeSync(fd);
    return { exited: Promise.resolve(), unref: () => undefined };
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = socketOn(fd, { writable: false });
  // Nothing can be read from a pidfd: the read that the event loop tries once it polls readable fails with EINVAL.
  socket.on('error', () => undefined);
  socket.on('close', () => resolve());
  socket.resume();
  return { exited: promise, unref: () => void socket.unref() };
}

/** See `ExitWatch.exited`. */
export function processExit(syscalls: Pick<Syscalls, 'openPidfd'>, process: ProcessIdentity): Promise<void> {
  return watchExit(syscalls, process).exited;
}
