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

/** Until it is tried again to watch a process for which no descriptor was left. */
const RETRY_MS = 100;
const NO_DESCRIPTOR = ['EMFILE', 'ENFILE'] as const;

type WatchSyscalls = Pick<Syscalls, 'openPidfd'>;

/**
 * Waits for the end of any process, child or not. Costs one descriptor and no polling: a pidfd becomes readable when
 * its process ends (pidfd_open(2)). When there is no descriptor left, the watch begins as soon as there is one.
 */
export function watchExit(syscalls: WatchSyscalls, process: ProcessIdentity): ExitWatch {
  try {
    return watchByDescriptor(syscalls, process);
  } catch (error) {
    if (!hasErrorCode(error, ...NO_DESCRIPTOR)) throw error;
    return watchLater(syscalls, process);
  }
}

function watchLater(syscalls: WatchSyscalls, process: ProcessIdentity): ExitWatch {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let watch: ExitWatch | undefined;
  const timer = setInterval(() => {
    try {
      watch = watchByDescriptor(syscalls, process);
      watch.exited.then(resolve, reject);
      if (!timer.hasRef()) watch.unref();
    } catch (error) {
      if (hasErrorCode(error, ...NO_DESCRIPTOR)) return;
      reject(error);
    }
    clearInterval(timer);
  }, RETRY_MS);
  return {
    exited: promise,
    unref: () => {
      timer.unref();
      watch?.unref();
    },
  };
}

function watchByDescriptor(syscalls: WatchSyscalls, process: ProcessIdentity): ExitWatch {
  const over: ExitWatch = { exited: Promise.resolve(), unref: () => undefined };
  let fd: number;
  try {
    fd = syscalls.openPidfd(process.pid);
  } catch (error) {
    if (hasErrorCode(error, 'ESRCH')) return over;
    throw error;
  }
  try {
    // Asked only now: the pidfd holds on to whoever has the number at this moment.
    if (!isAlive(process)) {
      closeSync(fd);
      return over;
    }
  } catch (error) {
    closeSync(fd);
    throw error;
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
export function processExit(syscalls: WatchSyscalls, process: ProcessIdentity): Promise<void> {
  return watchExit(syscalls, process).exited;
}
