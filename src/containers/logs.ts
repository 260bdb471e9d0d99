import { EngineError } from '../errors/engine-error.ts';
import { formatLogTime } from '../lib/timestamps.ts';
import type { LogEntry } from '../logs/log-entry.ts';
import type { LogQuery } from '../logs/read-logs.ts';
import type { ContainersContext } from './context.ts';
import { attributesText, logAttributes } from './logs/log-attributes.ts';
import { keepsLogFile } from './logs/log-options.ts';
import { pathsOf } from './paths.ts';
import { type ContainerRecord, isRunning } from './record.ts';

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
  /** Each line begins with what the log options tell of it, after its time. */
  readonly details: boolean;
  readonly signal: AbortSignal;
}

export interface ContainerLogs {
  readonly multiplexed: boolean;
  /** In batches, as they were read. */
  readonly entries: AsyncIterable<readonly Pick<LogEntry, 'stream' | 'data'>[]>;
}

/** @throws not_found, not_implemented for a container that keeps no log. */
export function readContainerLogs(context: ContainersContext, ref: string, options: LogsOptions): ContainerLogs {
  const { stdout, stderr, follow, tail, sinceNs, untilNs, signal } = options;
  const record = context.store.resolve(ref);
  if (!keepsLogFile(record.hostConfig.LogConfig)) {
    throw new EngineError('not_implemented', 'configured logging driver does not support reading');
  }
  const query: LogQuery = {
    stdout,
    stderr,
    signal,
    ...(tail === undefined ? {} : { tail }),
    ...(sinceNs === undefined ? {} : { sinceNs }),
    ...(untilNs === undefined ? {} : { untilNs }),
    ...(follow ? { follow: { ended: ended(context, record, signal) } } : {}),
  };
  const entries = context.logs.read(pathsOf(context.options, record.id).log, query);
  const attributes = options.details ? `${attributesText(logAttributes(record))} ` : '';
  const plain = !options.timestamps && attributes === '';
  return {
    multiplexed: !record.config.Tty,
    entries: plain ? entries : withPrefixes(entries, options.timestamps, attributes),
  };
}

/** Resolves at once for a container that does not run. */
async function ended({ waiters }: ContainersContext, record: ContainerRecord, signal: AbortSignal): Promise<void> {
  if (!isRunning(record)) return;
  try {
    await waiters.nextExit(record.id, signal);
  } catch (error) {
    // The reader has gone, and with it the wait.
    if (!signal.aborted) throw error;
  }
}

/** Only where a line begins: its further pieces follow without. */
async function* withPrefixes(
  batches: AsyncIterable<readonly LogEntry[]>,
  timestamps: boolean,
  attributes: string,
): AsyncGenerator<LogEntry[]> {
  for await (const batch of batches) {
    yield batch.map((entry) => {
      if (!entry.startsLine) return entry;
      const time = timestamps ? `${formatLogTime(entry.timeNs)} ` : '';
      return { ...entry, data: Buffer.concat([Buffer.from(time + attributes), entry.data]) };
    });
  }
}
