import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { isSystemError } from '../lib/system-error.ts';
import type { EngineEvent } from './event.ts';

/**
 * The latest events on disk, so that they can be asked for after a restart of the daemon, whatever ended it. A line is
 * written before its event is told to anyone; the power's end may cost the last ones. Events are never worth failing for:
 * when the disk is full they are kept in memory only, and `warn` says so once.
 */
export class EventJournal {
  readonly #path: string;
  readonly #kept: number;
  readonly #warn: (message: string) => void;
  #descriptor: number | undefined;
  #lines = 0;

  /** `kept` events are left when the file is written anew, which is when it holds twice as many. */
  constructor(path: string, kept: number, warn: (message: string) => void) {
    this.#path = path;
    this.#kept = kept;
    this.#warn = warn;
  }

  /** The latest events, oldest first. A line that was cut short is left out. */
  load(): EngineEvent[] {
    const events = readLines(this.#path).flatMap((line) => parseEvent(line) ?? []);
    this.#rewrite(events);
    return events.slice(-this.#kept);
  }

  /** `latest` are the events that are kept in memory, this one among them. */
  append(event: EngineEvent, latest: readonly EngineEvent[]): void {
    if (this.#descriptor === undefined) return;
    if (this.#lines >= 2 * this.#kept) return this.#rewrite(latest);
    this.#unlessItFails(this.#descriptor, (descriptor) => {
      writeSync(descriptor, lineOf(event));
      this.#lines++;
    });
  }

  /** Complete or not at all: the old file stays until the new one is there. */
  #rewrite(events: readonly EngineEvent[]): void {
    const latest = events.slice(-this.#kept);
    const before = this.#descriptor;
    this.#unlessItFails(before, () => {
      const temporary = `${this.#path}.new`;
      writeFileSync(temporary, latest.map(lineOf).join(''), { mode: 0o600 });
      renameSync(temporary, this.#path);
      this.#descriptor = openSync(this.#path, 'a', 0o600);
      this.#lines = latest.length;
      if (before !== undefined) closeSync(before);
    });
  }

  #unlessItFails<T extends number | undefined>(descriptor: T, work: (descriptor: T) => void): void {
    try {
      work(descriptor);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (descriptor !== undefined) closeSync(descriptor);
      this.#descriptor = undefined;
      this.#warn(`events are no longer kept over a restart of the daemon: ${error.message}`);
    }
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return [];
    throw error;
  }
}

function lineOf(event: EngineEvent): string {
  return `${JSON.stringify({ ...event, timeNs: String(event.timeNs) })}\n`;
}

function parseEvent(line: string): EngineEvent | undefined {
  try {
    const event = JSON.parse(line) as Omit<EngineEvent, 'timeNs'> & { readonly timeNs: string };
    return { ...event, timeNs: BigInt(event.timeNs) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
