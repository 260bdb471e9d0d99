import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { internalError, isEngineError, messageOf } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { childrenOf } from '../../sys/processes/children.ts';
import { type LaunchedProcess, launch } from '../../sys/processes/launch.ts';
import { processExit } from '../../sys/processes/process-exit.ts';
import { identify, isAlive, type ProcessIdentity } from '../../sys/processes/process-identity.ts';
import { signalProcess } from '../../sys/processes/signal-process.ts';
import type { Fd, Syscalls } from '../../sys/syscalls.ts';
import { findExecutable } from '../find-executable.ts';

const SIGKILL = 9;
const SYNC_FD = 3;
const START_FD = 4;
const ATTACH_FD = 5;

export interface MonitorLaunch {
  readonly syscalls: Syscalls;
  readonly args: readonly string[];
  readonly directory: string;
  /** Where the monitor writes its own process number. */
  readonly pidFile: string;
  /** Where the OCI runtime writes its errors. */
  readonly runtimeLog: string;
  /** For sockets that the monitor makes under names of its own. */
  readonly temporary: string;
  /** What the OCI runtime reads and is still being made: it is not started before. Execs only. */
  readonly ready?: Promise<void>;
  /** Called when clients can connect, before the process is made; the monitor waits for it. Execs only. */
  readonly beforeStart?: () => Promise<void>;
  /** See `CreateRequest.keepOpen`. */
  readonly keepOpen?: readonly Fd[];
}

/** The monitor's answer: the process it made, or what the OCI runtime wrote to standard error. */
export type LaunchResult =
  | { readonly kind: 'started'; readonly monitor: ProcessIdentity; readonly pid: number }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * Starts a monitor and waits until it has made its process. It lives in a session of its own and holds none of the
 * daemon's descriptors: neither the daemon's end nor a signal to its process group touches it. It forks once more and
 * leaves its number in `pidFile`: the copy has only those pages of its libraries resident that it touches, which is
 * half of what the first one has.
 * @throws internal when the monitor itself cannot run.
 */
export async function spawnMonitor(monitor: MonitorLaunch): Promise<LaunchResult> {
  const launched = await run(monitor);
  const { streams, exited: forked } = launched;
  const [stderr, sync, start, attach] = streams;
  if (stderr === undefined || sync === undefined) throw internalError('conmon was started without its pipes');
  const complaints: Buffer[] = [];
  stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  // A monitor that dies breaks these pipes; its exit is what gets reported.
  for (const stream of streams) stream.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => sync.once('close', () => resolve()));
  // Awaited below, where it matters.
  forked.catch(() => undefined);
  try {
    const answer = firstLine(sync, forked);
    if (monitor.beforeStart !== undefined && start !== undefined && attach !== undefined) {
      start.write('\n');
      if ((await firstLine(attach, forked)) !== undefined) {
        await forked;
        await beforeStart(monitor, monitor.beforeStart);
      }
      start.end('\n');
    }
    const line = await answer;
    await forked;
    const pid = processNumber(line);
    if (pid > 0) return { kind: 'started', monitor: identifyMonitor(monitor.pidFile), pid };
    await ended;
    const said = (await readIfThere(monitor.runtimeLog)) || line;
    if (said) return { kind: 'failed', message: said };
    const text = Buffer.concat(complaints).toString().trim();
    throw internalError(`conmon ended before it made a process: ${text || 'nothing on standard error'}`);
  } finally {
    for (const stream of streams) stream.destroy();
  }
}

async function run(monitor: MonitorLaunch): Promise<LaunchedProcess> {
  const attaches = monitor.beforeStart !== undefined;
  try {
    return await launch(monitor.syscalls, {
      file: findExecutable('conmon'),
      args: ['--conmon-pidfile', monitor.pidFile, ...monitor.args],
      directory: monitor.directory,
      env: {
        PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin',
        TMPDIR: monitor.temporary,
        _OCI_SYNCPIPE: String(SYNC_FD),
        ...(attaches ? { _OCI_STARTPIPE: String(START_FD), _OCI_ATTACHPIPE: String(ATTACH_FD) } : {}),
      },
      streams: (attaches ? ATTACH_FD : SYNC_FD) - 1,
      inherited: monitor.keepOpen ?? [],
    });
  } catch (error) {
    throw isEngineError(error) ? error : internalError(`conmon: ${messageOf(error)}`, error);
  }
}

/** The monitor takes the end of the pipe for a start as well: when the caller cannot go on, it must not see that. */
async function beforeStart({ pidFile, syscalls, ready }: MonitorLaunch, callback: () => Promise<void>): Promise<void> {
  const monitor = identifyMonitor(pidFile);
  try {
    await callback();
    await ready;
  } catch (error) {
    // What it has forked would become the OCI runtime.
    const forks = isAlive(monitor) ? childrenOf(monitor.pid) : [];
    for (const one of [monitor, ...forks]) {
      if (signalProcess(syscalls, one, SIGKILL)) await processExit(syscalls, one);
    }
    throw error;
  }
}

/** One that has ended already, with a short exec, gets a start time that no process has. */
function identifyMonitor(pidFile: string): ProcessIdentity {
  const pid = Number(readFileSync(pidFile, 'utf8'));
  return identify(pid) ?? { pid, startTime: 'ended' };
}

async function readIfThere(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return '';
    throw error;
  }
}

/**
 * The monitor writes `{"data": 123}`, or a negative number with the runtime's message. The line is not read as JSON: not
 * every byte of a message is escaped as it should be, and the runtime's log has the same text.
 */
function processNumber(line: string | undefined): number {
  return Number(/^\{"data": ?(-?\d+)/.exec(line ?? '')?.[1] ?? -1);
}

/**
 * @returns undefined when the monitor ended without having written one.
 * @throws what `forked` is rejected with.
 */
function firstLine(pipe: Readable, forked: Promise<unknown>): Promise<string | undefined> {
  const line = new Promise<string | undefined>((resolve) => {
    let text = '';
    pipe.setEncoding('utf8');
    pipe.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
    pipe.once('close', () => resolve(undefined));
  });
  return Promise.race([line, forked.then(() => line)]);
}
