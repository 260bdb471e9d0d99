import type { LogEntry } from './log-entry.ts';

const NEWLINE = 10;
/** The tag of a record that does not end its line, `P`. */
export const PARTIAL = 80;
/** `e`, which tells `stderr` from `stdout`. */
const LETTER_E = 101;
const TIME_BYTES = '2026-01-02T03:04:05.123456789+00:00'.length;
/** Time, blank, stream, blank, tag, blank: conmon writes each in a fixed width. */
export const HEADER_BYTES = TIME_BYTES + ' stdout F '.length;
/** Offsets in a record. */
export const STREAM_LETTER = TIME_BYTES + 4;
export const TAG = TIME_BYTES + ' stdout '.length;

/**
 * Reads conmon's log format, CRI's: `<time> stdout|stderr P|F <bytes>` and a newline, which is the line's own for F
 * (full) and not for P (partial). Nothing is decoded: entries are views of the buffers that were given.
 */
export class RecordParser {
  #rest: Buffer | undefined;
  #timeText = '';
  #timeNs = 0n;
  readonly #midLine = { stdout: false, stderr: false };

  /** All records that `chunk` completes. The caller must not write to `chunk` again. */
  push(chunk: Buffer): LogEntry[] {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    const entries: LogEntry[] = [];
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, start);
      if (end < 0) break;
      const entry = this.#entry(bytes, start, end + 1);
      if (entry !== undefined) entries.push(entry);
      start = end + 1;
    }
    this.#rest = start < bytes.length ? bytes.subarray(start) : undefined;
    return entries;
  }

  /** What a monitor that was killed while writing has left of a record. */
  end(): LogEntry[] {
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest === undefined || rest.length <= HEADER_BYTES) return [];
    const entry = this.#entry(rest, 0, rest.length);
    return entry === undefined ? [] : [entry];
  }

  #entry(bytes: Buffer, start: number, end: number): LogEntry | undefined {
    if (end - start < HEADER_BYTES) return undefined;
    const stream = bytes[start + STREAM_LETTER] === LETTER_E ? 'stderr' : 'stdout';
    const partial = bytes[start + TAG] === PARTIAL;
    const startsLine = !this.#midLine[stream];
    this.#midLine[stream] = partial;
    const last = partial && bytes[end - 1] === NEWLINE ? end - 1 : end;
    return { stream, timeNs: this.#time(bytes, start), data: bytes.subarray(start + HEADER_BYTES, last), startsLine };
  }

  /** All lines that the monitor took in at once have the same time. */
  #time(bytes: Buffer, start: number): bigint {
    const text = bytes.toString('latin1', start, start + TIME_BYTES);
    if (text !== this.#timeText) {
      this.#timeText = text;
      this.#timeNs = parseTimeNs(text);
    }
    return this.#timeNs;
  }
}

/** @returns 0 for what is no time: a damaged record is shown rather than hidden. */
export function parseTimeNs(text: string): bigint {
  const seconds = Date.parse(`${text.slice(0, 19)}${text.slice(29)}`);
  const fraction = text.slice(20, 29);
  return Number.isNaN(seconds) || !/^\d{9}$/.test(fraction) ? 0n : BigInt(seconds) * 1_000_000n + BigInt(fraction);
}
