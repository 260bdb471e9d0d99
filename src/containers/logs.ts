import { EngineError } from '../errors/engine-error.ts';
import { formatLogTime } from '../lib/timestamps.ts';
import type { ContainersContext, LogEntry, LogQuery } from './context.ts';
import { pathsOf } from './paths.ts';
import { isRunning } from './record.ts';

export interface LogsOptions {
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** Until the container ends. */
  readonly follow: boolean;
  /** Undefined for all lines. */
  readonly tail: number | undefined;
  readonly sinceNs: bigint | undefined;
  readonly untilNs: bigint | undefined;
  /** Each line begins with its time. */
  readonly timestamps: boolean;
  readonly signal: AbortSignal;
}

export interface ContainerLogs {
  readonly multiplexed: boolean;
  readonly entries: AsyncIterable<Pick<LogEntry, 'stream' | 'data'>>;
}

/** @throws not_found, not_implemented for a container that keeps no log. */
export function readContainerLogs(context: ContainersContext, ref: string, options: LogsOptions): ContainerLogs {
  const { stdout, stderr, follow, tail, sinceNs, untilNs, signal } = options;
  const record = context.store.resolve(ref);
  if (record.hostConfig.LogConfig.Type === 'none') {
    throw new EngineError('not_implemented', 'configured logging driver does not support reading');
  }
  const query: LogQuery = {
    stdout,
    stderr,
    signal,
    ...(tail === undefined ? {} : { tail }),
    ...(sinceNs === undefined ? {} : { sinceNs }),
    ...(untilNs === undefined ? {} : { untilNs }),
    ...(follow ? { followUntil: isRunning(record) ? ended(context, ref, signal) : Promise.resolve() } : {}),
  };
  const entries = context.logs.read(pathsOf(context.options, record.id).log, query);
  return { multiplexed: !record.config.Tty, entries: options.timestamps ? withTimes(entries) : entries };
}

function ended({ store, waiters }: ContainersContext, ref: string, signal: AbortSignal): Promise<unknown> {
  return waiters.nextExit(store.resolve(ref).id, signal).catch((error: unknown) => {
    // The reader has gone, and with it the wait.
    if (!signal.aborted) throw error;
  });
}

async function* withTimes(entries: AsyncIterable<LogEntry>): AsyncGenerator<LogEntry> {
  for await (const entry of entries) {
    yield { ...entry, data: Buffer.concat([Buffer.from(`${formatLogTime(entry.timeNs)} `), entry.data]) };
  }
}
