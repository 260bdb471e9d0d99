import { type FileHandle, open } from 'node:fs/promises';
import { FileChanges } from './file-changes.ts';
import type { LogEntry } from './log-entry.ts';
import { RecordParser } from './record-parser.ts';
import { tailOffset } from './tail-offset.ts';

const CHUNK_BYTES = 256 * 1024;

export interface LogQuery {
  /** Both, as Docker counts the tail before it leaves a stream out. */
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** The last lines only; all when undefined. */
  readonly tail?: number;
  /** Inclusive, in nanoseconds since the epoch. */
  readonly sinceNs?: bigint;
  /** Inclusive; reading ends at the first entry beyond it. */
  readonly untilNs?: bigint;
  /** Goes on after the end of the file. */
  readonly follow?: {
    /** Resolves when nothing will be written any more (the container's monitor has ended): reading ends then, too. */
    readonly ended: Promise<unknown>;
  };
  /** Ends reading: the client is gone. */
  readonly signal?: AbortSignal;
}

/**
 * A container's log, in order. Comes in batches, because a line is often a few bytes and a turn of the event loop for
 * each would cost more than reading it. A log that does not exist is empty.
 */
export async function* readLogs(path: string, query: LogQuery): AsyncGenerator<LogEntry[]> {
  const file = await openIfExists(path);
  if (file === undefined) return;
  const changes = query.follow === undefined ? undefined : new FileChanges(path);
  try {
    const { size } = await file.stat();
    const start = query.tail === undefined ? 0 : await tailOffset(file, size, query.tail);
    for await (const batch of entriesFrom(file, start, changes, query)) {
      const { entries, isLast } = select(batch, query);
      if (entries.length > 0) yield entries;
      if (isLast) return;
    }
  } finally {
    changes?.close();
    await file.close();
  }
}

async function openIfExists(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function* entriesFrom(
  file: FileHandle,
  start: number,
  changes: FileChanges | undefined,
  { follow, signal }: LogQuery,
): AsyncGenerator<LogEntry[]> {
  const parser = new RecordParser();
  let ended = follow === undefined;
  const stop = () => changes?.notify();
  signal?.addEventListener('abort', stop);
  void follow?.ended
    // Why it ended is the business of whoever runs the container; there is nothing more to read either way.
    .catch(() => undefined)
    .then(() => {
      ended = true;
      stop();
    });
  try {
    for (let position = start; signal?.aborted !== true; ) {
      // Asked before reading: what was written until the end was told is read below, before it is believed.
      const endedBefore = ended;
      const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position);
      position += bytesRead;
      if (bytesRead > 0) yield parser.push(chunk.subarray(0, bytesRead));
      else if (endedBefore || changes === undefined) return yield parser.end();
      else await changes.next();
    }
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function select(batch: LogEntry[], query: LogQuery): { entries: LogEntry[]; isLast: boolean } {
  const { stdout, stderr, sinceNs, untilNs } = query;
  const beyond = untilNs === undefined ? -1 : batch.findIndex((entry) => entry.timeNs > untilNs);
  const inTime = beyond < 0 ? batch : batch.slice(0, beyond);
  const all = stdout && stderr && sinceNs === undefined;
  const wanted = (entry: LogEntry) =>
    (entry.stream === 'stdout' ? stdout : stderr) && (sinceNs === undefined || entry.timeNs >= sinceNs);
  return { entries: all ? inTime : inTime.filter(wanted), isLast: beyond >= 0 };
}
