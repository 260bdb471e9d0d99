import type { ContainerId } from '../../lib/ids.ts';

interface Watch {
  readonly abort: AbortController;
  /** Resolves when no probe of it runs any more. */
  readonly ended: Promise<void>;
}

/** Until the next probe; undefined when the container is not to be watched (any more). */
export type NextDelay = (id: ContainerId) => number | undefined;
export type Probe = (id: ContainerId, signal: AbortSignal) => Promise<void>;

/** The longest time that a timer takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Who watches which container: one timer each, and never more than one probe, also while an earlier one is slow to end.
 * Times are counted from the end of the probe before.
 */
export class HealthMonitors {
  readonly #watches = new Map<ContainerId, Watch>();
  readonly #nextDelayMs: NextDelay;
  readonly #probe: Probe;

  /** Neither of them may fail. */
  constructor(nextDelayMs: NextDelay, probe: Probe) {
    this.#nextDelayMs = nextDelayMs;
    this.#probe = probe;
  }

  /** From now on the container is watched; anew when it was already. */
  begin(id: ContainerId): void {
    if (this.#nextDelayMs(id) === undefined) return;
    const before = this.#watches.get(id);
    before?.abort.abort();
    const abort = new AbortController();
    this.#watches.set(id, { abort, ended: this.#watch(id, abort.signal, before?.ended) });
  }

  /** No probe begins any more, and one that runs is killed. */
  end(id: ContainerId): void {
    const watch = this.#watches.get(id);
    if (watch === undefined) return;
    watch.abort.abort();
    void watch.ended.then(() => {
      if (this.#watches.get(id) === watch) this.#watches.delete(id);
    });
  }

  /** For the daemon's end. Who is not waited for is ended by the next daemon. */
  close(): void {
    for (const id of this.#watches.keys()) this.end(id);
  }

  async #watch(id: ContainerId, signal: AbortSignal, before: Promise<void> | undefined): Promise<void> {
    await before;
    while (!signal.aborted) {
      const delayMs = this.#nextDelayMs(id);
      if (delayMs === undefined) return;
      await pauseUnlessAborted(Math.min(delayMs, LONGEST_TIMER_MS), signal);
      if (!signal.aborted) await this.#probe(id, signal);
    }
  }
}

/** Returns early when `signal` is aborted. The timer does not keep the daemon from ending. */
function pauseUnlessAborted(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs).unref();
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
  });
}
