import { dirname } from 'node:path';
import { FileChanges } from './file-changes.ts';
import type { LogEntry } from './log-entry.ts';
import { closeLogFiles, type LogFile, openLogFiles, successorOf } from './log-files.ts';
import { RecordParser } from './record-parser.ts';
import { tailStart } from './tail-offset.ts';

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
 * A container's log, in order, those of its files that were rotated first. Comes in batches, because a line is often a
 * few bytes and a turn of the event loop for each would cost more than reading it. A log that does not exist is empty.
 */
export async function* readLogs(path: string, query: LogQuery): AsyncGenerator<LogEntry[]> {
  const files = await openLogFiles(path, query.signal).catch((error: unknown) => {
    // The reader went while a file was being decompressed.
    if (query.signal?.aborted === true) return [];
    throw error;
  });
  if (files.length === 0) return;
  try {
    const { index, offset } =
      query.tail === undefined
        ? { index: 0, offset: 0 }
        : await tailStart(
            files.map(({ handle }) => handle),
            query.tail,
          );
    const changes = query.follow === undefined ? undefined : new FileChanges(dirname(path));
    try {
      for await (const batch of entriesFrom({ path, files, index, offset, changes, signal: query.signal }, query)) {
        const { entries, isLast } = select(batch, query);
        if (entries.length > 0) yield entries;
        if (isLast) return;
      }
    } finally {
      changes?.close();
    }
  } finally {
    await closeLogFiles(files);
  }
}

interface ReadFrom {
  readonly path: string;
  /** Those that rotations add while the log is followed are put at its end. */
  readonly files: LogFile[];
  readonly index: number;
  readonly offset: number;
  readonly changes: FileChanges | undefined;
  readonly signal: AbortSignal | undefined;
}

async function* entriesFrom(from: ReadFrom, { follow, signal }: LogQuery): AsyncGenerator<LogEntry[]> {
  const { changes } = from;
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
  const position = { index: from.index, offset: from.offset };
  try {
    while (signal?.aborted !== true) {
      // Asked before reading: what was written until the end was told is read below, before it is believed.
      const endedBefore = ended;
      const chunk = (await readOn(from, position)) ?? (await readSuccessor(from, position, follow !== undefined));
      if (chunk !== undefined) yield parser.push(chunk);
      else if (endedBefore || changes === undefined) return yield parser.end();
      else await changes.next();
    }
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Undefined at the end of the last file that is open. */
async function readOn({ files }: ReadFrom, position: { index: number; offset: number }): Promise<Buffer | undefined> {
  for (;;) {
    const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    const file = files[position.index];
    const bytesRead = (await file?.handle.read(chunk, 0, CHUNK_BYTES, position.offset))?.bytesRead ?? 0;
    position.offset += bytesRead;
    if (bytesRead > 0) return chunk.subarray(0, bytesRead);
    if (position.index >= files.length - 1) return undefined;
    position.index++;
    position.offset = 0;
  }
}

/** The writer may have written its last lines here after they were looked for: they come before those of the next file. */
async function readSuccessor(
  from: ReadFrom,
  position: { index: number; offset: number },
  follows: boolean,
): Promise<Buffer | undefined> {
  const last = from.files.at(-1);
  const next = last === undefined || !follows ? undefined : await successorOf(from.path, last, from.signal);
  if (next === undefined) return undefined;
  from.files.push(next);
  return readOn(from, position);
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
