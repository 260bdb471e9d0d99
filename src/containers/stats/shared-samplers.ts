import type { ContainerId } from '../../lib/ids.ts';
import { pause } from '../../lib/pause.ts';

/** Docker's. */
const INTERVAL_MS = 1000;

/** Samples of containers, each taken once for all who watch that container, and none while nobody does. */
export class SharedSamplers<Sample extends object> {
  readonly #take: (id: ContainerId) => Promise<Sample | undefined>;
  readonly #intervalMs: number;
  readonly #samplers = new Map<ContainerId, Sampler<Sample>>();

  /** `take` answers undefined when there will be no more of that container. */
  constructor(take: (id: ContainerId) => Promise<Sample | undefined>, intervalMs: number = INTERVAL_MS) {
    this.#take = take;
    this.#intervalMs = intervalMs;
  }

  /** One sample soon, then one each second until the signal or the container's end. Who reads slowly misses some. */
  async *watch(id: ContainerId, signal: AbortSignal): AsyncGenerator<Sample> {
    const left = Promise.withResolvers<undefined>();
    const leave = () => left.resolve(undefined);
    signal.addEventListener('abort', leave, { once: true });
    const sampler = this.#join(id);
    try {
      while (!signal.aborted) {
        const sample = await Promise.race([sampler.next.promise, left.promise]);
        if (sample === undefined) return;
        yield sample;
      }
    } finally {
      signal.removeEventListener('abort', leave);
      sampler.watchers--;
      if (sampler.watchers === 0) this.#forget(id, sampler);
    }
  }

  #join(id: ContainerId): Sampler<Sample> {
    const running = this.#samplers.get(id);
    if (running !== undefined) {
      running.watchers++;
      return running;
    }
    const sampler: Sampler<Sample> = { watchers: 1, next: Promise.withResolvers() };
    this.#samplers.set(id, sampler);
    void this.#run(id, sampler);
    return sampler;
  }

  /** Never fails: its watchers are told. */
  async #run(id: ContainerId, sampler: Sampler<Sample>): Promise<void> {
    while (sampler.watchers > 0) {
      const waiting = sampler.next;
      try {
        const sample = await this.#take(id);
        if (sample === undefined) {
          this.#forget(id, sampler);
          return waiting.resolve(undefined);
        }
        sampler.next = Promise.withResolvers();
        waiting.resolve(sample);
      } catch (error) {
        this.#forget(id, sampler);
        // The one watcher may have left meanwhile.
        waiting.promise.catch(() => undefined);
        return waiting.reject(error);
      }
      await pause(this.#intervalMs);
    }
  }

  #forget(id: ContainerId, sampler: Sampler<Sample>): void {
    if (this.#samplers.get(id) === sampler) this.#samplers.delete(id);
  }
}

interface Sampler<Sample> {
  watchers: number;
  next: PromiseWithResolvers<Sample | undefined>;
}
