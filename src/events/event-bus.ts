import type { Filters } from '../lib/filters.ts';
import type { EngineEvent } from './event.ts';
import { EventClock } from './event-clock.ts';
import { matchesFilters } from './event-filter.ts';
import type { EventJournal } from './event-journal.ts';
import { EventReader } from './event-reader.ts';

export type { EngineEvent };

/** What the rest of the engine needs to tell the world what happened. */
export interface EventSink {
  publish(event: Omit<EngineEvent, 'scope' | 'timeNs'>): void;
}

export interface EventQuery {
  /** Also past events from this time on, as far as they are kept. Without `sinceNs` and `untilNs` there are none. */
  readonly sinceNs?: bigint;
  /** Ends the stream: at once when it is past, else when that time has come. */
  readonly untilNs?: bigint;
  readonly filters?: Filters;
  /** Ends the stream without an error. */
  readonly signal?: AbortSignal;
}

/** Docker keeps 256; ours are as cheap, and a busy host makes seven for each `run --rm`. */
export const KEPT_EVENTS = 1024;

/** Events to everyone who listens, and the latest ones, with a journal also from before a restart, for who asks afterwards. */
export class EventBus implements EventSink {
  readonly #journal: EventJournal | undefined;
  readonly #clock = new EventClock();
  readonly #kept: EngineEvent[];
  readonly #readers = new Set<EventReader>();

  constructor(journal?: EventJournal) {
    this.#journal = journal;
    this.#kept = journal?.load() ?? [];
  }

  get readerCount(): number {
    return this.#readers.size;
  }

  publish(event: Omit<EngineEvent, 'scope' | 'timeNs'>): void {
    const complete: EngineEvent = { ...event, scope: 'local', timeNs: this.#clock.now() };
    this.#kept.push(complete);
    if (this.#kept.length > KEPT_EVENTS) this.#kept.shift();
    this.#journal?.append(complete, this.#kept);
    for (const reader of this.#readers) reader.offer(complete);
  }

  /**
   * Past and then coming events, none twice and none left out in between: it listens from the call on, before the first
   * item is asked for. Stop the iteration or abort the signal to let go of it.
   * @throws unavailable when the reader is more than 16384 events behind.
   */
  read(query: EventQuery = {}): AsyncIterable<EngineEvent> {
    const { sinceNs, untilNs, filters } = query;
    const match = (event: EngineEvent) => filters === undefined || matchesFilters(event, filters);
    const reader = new EventReader(match, untilNs, (ended) => this.#readers.delete(ended));
    if (sinceNs !== undefined || untilNs !== undefined) {
      for (const event of this.#kept) if (event.timeNs >= (sinceNs ?? 0n)) reader.offer(event);
    }
    this.#readers.add(reader);
    reader.endAt(untilNs);
    reader.endOn(query.signal);
    return reader;
  }
}
