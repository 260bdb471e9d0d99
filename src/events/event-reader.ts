import { EngineError } from '../errors/engine-error.ts';
import type { EngineEvent } from './event.ts';

const QUEUE_LIMIT = 16_384;
const TIMER_LIMIT_MS = 2 ** 31 - 1;

/** One reader of the bus: its queue and its end. Made by `EventBus.read` only. */
export class EventReader implements AsyncIterableIterator<EngineEvent> {
  readonly #match: (event: EngineEvent) => boolean;
  readonly #untilNs: bigint | undefined;
  readonly #onEnd: (reader: EventReader) => void;
  readonly #queue: EngineEvent[] = [];
  #wake: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;
  #failure: EngineError | undefined;

  constructor(
    match: (event: EngineEvent) => boolean,
    untilNs: bigint | undefined,
    onEnd: (reader: EventReader) => void,
  ) {
    this.#match = match;
    this.#untilNs = untilNs;
    this.#onEnd = onEnd;
  }

  offer(event: EngineEvent): void {
    if (this.#ended || (this.#untilNs !== undefined && event.timeNs > this.#untilNs) || !this.#match(event)) return;
    this.#queue.push(event);
    if (this.#queue.length > QUEUE_LIMIT) {
      this.#failure = new EngineError('unavailable', 'events come faster than the client reads them');
      this.#end();
    }
    this.#wake?.();
  }

  endAt(untilNs: bigint | undefined): void {
    if (untilNs === undefined) return;
    const leftMs = Number(untilNs / 1_000_000n) - Date.now();
    if (leftMs < 0) return this.#end();
    // A timer holds 24 days; a later end is looked at again then.
    this.#timer = setTimeout(() => this.endAt(untilNs), Math.min(leftMs + 1, TIMER_LIMIT_MS));
  }

  endOn(signal: AbortSignal | undefined): void {
    if (signal?.aborted === true) this.#end();
    else signal?.addEventListener('abort', () => this.#end(), { once: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<EngineEvent, undefined>> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const value = this.#queue.shift();
      if (value !== undefined) return { value, done: false };
      if (this.#ended) return { value: undefined, done: true };
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  async return(): Promise<IteratorResult<EngineEvent, undefined>> {
    this.#queue.length = 0;
    this.#end();
    return { value: undefined, done: true };
  }

  #end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#onEnd(this);
    this.#wake?.();
  }
}
