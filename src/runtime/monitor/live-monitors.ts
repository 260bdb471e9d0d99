import { randomUUID } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { hasErrorCode } from '../../lib/system-error.ts';
import { type ExitWatch, processExit, watchExit } from '../../sys/processes/process-exit.ts';
import type { ProcessIdentity } from '../../sys/processes/process-identity.ts';
import { signalProcess } from '../../sys/processes/signal-process.ts';
import type { Syscalls } from '../../sys/syscalls.ts';
import { readExitStatus } from '../exit-status.ts';
import type { MonitorPaths } from '../paths.ts';
import type { ExitStatus } from '../runtime.ts';
import type { MonitorRecord } from './monitor-record.ts';
import type { OpenStreams } from './open-streams.ts';

const SIGKILL = 9;

/** Waits for monitors to end, once per monitor however many ask. Nothing is polled. */
export class LiveMonitors {
  readonly #syscalls: Syscalls;
  readonly #waits = new Map<string, Promise<ExitStatus>>();
  readonly #watches = new Set<ExitWatch>();

  readonly #streams: OpenStreams;

  constructor(syscalls: Syscalls, streams: OpenStreams) {
    this.#syscalls = syscalls;
    this.#streams = streams;
  }

  /** Resolves when the monitor and its process have ended; at once when that was before. */
  exit(paths: MonitorPaths, record: MonitorRecord): Promise<ExitStatus> {
    const key = `${paths.directory} ${record.monitor.pid} ${record.monitor.startTime}`;
    const known = this.#waits.get(key);
    if (known !== undefined) return known;
    const wait = this.#wait(paths, record).finally(() => this.#waits.delete(key));
    this.#waits.set(key, wait);
    return wait;
  }

  /** Waits that are under way go on, but no longer keep the daemon from ending. */
  unref(): void {
    for (const watch of this.#watches) watch.unref();
  }

  #watch(process: ProcessIdentity): ExitWatch {
    const watch = watchExit(this.#syscalls, process);
    this.#watches.add(watch);
    const forget = () => void this.#watches.delete(watch);
    watch.exited.then(forget, forget);
    return watch;
  }

  async #wait(paths: MonitorPaths, record: MonitorRecord): Promise<ExitStatus> {
    const monitor = this.#watch(record.monitor);
    if (record.process !== null) {
      const process = this.#watch(record.process);
      // A process that cannot be watched is told by its monitor's end.
      process.exited.then(
        () => this.#streams.closeStalled(paths.directory, monitor.exited),
        () => undefined,
      );
    }
    await monitor.exited;
    return readExitStatus(paths) ?? (await bury(this.#syscalls, paths, record));
  }
}

/**
 * A monitor that was killed leaves no status, and its process without anyone to hold its streams: the process is killed
 * too, and a status is written in the monitor's stead, so that every later question has the same answer.
 */
async function bury(syscalls: Syscalls, paths: MonitorPaths, record: MonitorRecord): Promise<ExitStatus> {
  if (record.process !== null && signalProcess(syscalls, record.process, SIGKILL)) {
    await processExit(syscalls, record.process);
  }
  const status = { exitCode: 128 + SIGKILL, oomKilled: false, finishedAt: new Date() };
  await leaveStatus(paths, status.exitCode);
  return status;
}

async function leaveStatus(paths: MonitorPaths, exitCode: number): Promise<void> {
  const temporary = `${paths.exit}.${randomUUID()}`;
  try {
    await writeFile(temporary, String(exitCode));
    await rename(temporary, paths.exit);
  } catch (error) {
    // Removed meanwhile: nobody will ask. Without room for it, whoever asks again gets here again.
    if (!hasErrorCode(error, 'ENOENT', 'ENOSPC', 'EDQUOT')) throw error;
  }
}
