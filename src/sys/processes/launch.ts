import { closeSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { pause } from '../../lib/pause.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { socketOn } from '../sockets/descriptor-socket.ts';
import type { Fd, Syscalls } from '../syscalls.ts';
import { processExit } from './process-exit.ts';
import { identify, type ProcessIdentity } from './process-identity.ts';

const RETRY_MS = 100;

export interface LaunchRequest {
  /** Absolute. */
  readonly file: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** How many of its descriptors, from 2 (standard error) on, lead here. 0 and 1 lead nowhere. */
  readonly streams: number;
  /** Its next descriptors; the caller closes its own copies. */
  readonly inherited?: readonly Fd[];
}

export interface LaunchedProcess {
  /** This side of the streams; the caller destroys them. */
  readonly streams: readonly Socket[];
  /** With the exit code, or 128 and the number of the signal that ended it. */
  readonly exited: Promise<number>;
}

type LaunchSyscalls = Pick<Syscalls, 'createStreamPair' | 'spawn' | 'reap' | 'openPidfd'>;

/**
 * Starts a program in a session of its own. What Node's own `spawn` does, without the copy of this process's memory map
 * that its fork(2) makes: 1 ms of the event loop, many more on a busy machine, and as much again for the pages that this
 * process writes to afterwards. While the kernel loads the program, another thread waits for it.
 * @throws SyscallError when it cannot be started.
 */
export async function launch(syscalls: LaunchSyscalls, request: LaunchRequest): Promise<LaunchedProcess> {
  const nowhere = openSync('/dev/null', 'r+');
  const theirs: Fd[] = [nowhere, nowhere];
  const streams: Socket[] = [];
  try {
    for (let n = 0; n < request.streams; n++) {
      const [own, other] = syscalls.createStreamPair();
      theirs.push(other);
      streams.push(socketOn(own));
    }
    const pid = await syscalls.spawn({
      path: request.file,
      args: request.args,
      env: Object.entries(request.env).map(([name, value]) => `${name}=${value}`),
      directory: request.directory,
      descriptors: [...theirs, ...(request.inherited ?? [])],
    });
    return { streams, exited: reapAtExit(syscalls, pid) };
  } catch (error) {
    for (const stream of streams) stream.destroy();
    throw error;
  } finally {
    for (const fd of theirs.slice(1)) closeSync(fd);
  }
}

/** The number is the child's until it is reaped, also when it has ended before it is looked at. */
async function reapAtExit(syscalls: LaunchSyscalls, pid: number): Promise<number> {
  const child = await identifyOnceAble(pid);
  if (child !== undefined) await processExit(syscalls, child);
  return syscalls.reap(pid);
}

/** A child must be reaped, also one for which there is no descriptor at the moment. */
async function identifyOnceAble(pid: number): Promise<ProcessIdentity | undefined> {
  for (;;) {
    try {
      return identify(pid);
    } catch (error) {
      if (!hasErrorCode(error, 'EMFILE', 'ENFILE')) throw error;
      await pause(RETRY_MS);
    }
  }
}
