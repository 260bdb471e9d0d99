import type { ContainerId } from '../lib/ids.ts';

/** How a run ended, for those who wait for it. */
export interface ExitOutcome {
  readonly exitCode: number;
  /** Why it could not be started, or could not be removed. */
  readonly error?: string;
}

type Resolve = (outcome: ExitOutcome) => void;

/** Who waits for a container's next exit or for its removal. Nothing stays behind of a waiter that gives up. */
export class ExitWaiters {
  readonly #exits = new Map<ContainerId, Set<Resolve>>();
  readonly #removals = new Map<ContainerId, Set<Resolve>>();

  nextExit(id: ContainerId, signal?: AbortSignal): Promise<ExitOutcome> {
    return wait(this.#exits, id, signal);
  }

  removal(id: ContainerId, signal?: AbortSignal): Promise<ExitOutcome> {
    return wait(this.#removals, id, signal);
  }

  exited(id: ContainerId, outcome: ExitOutcome): void {
    release(this.#exits, id, outcome);
  }

  /** Also ends waits for an exit that can no longer come. */
  removed(id: ContainerId, outcome: ExitOutcome): void {
    release(this.#exits, id, outcome);
    release(this.#removals, id, outcome);
  }
}

function wait(
  waiters: Map<ContainerId, Set<Resolve>>,
  id: ContainerId,
  signal: AbortSignal | undefined,
): Promise<ExitOutcome> {
  const { promise, resolve, reject } = Promise.withResolvers<ExitOutcome>();
  if (signal?.aborted === true) {
    reject(signal.reason as Error);
    return promise;
  }
  const set = waiters.get(id) ?? new Set();
  waiters.set(id, set);
  const abort = () => {
    set.delete(settle);
    if (set.size === 0 && waiters.get(id) === set) waiters.delete(id);
    reject(signal?.reason as Error);
  };
  const settle = (outcome: ExitOutcome) => {
    signal?.removeEventListener('abort', abort);
    resolve(outcome);
  };
  set.add(settle);
  signal?.addEventListener('abort', abort, { once: true });
  return promise;
}

function release(waiters: Map<ContainerId, Set<Resolve>>, id: ContainerId, outcome: ExitOutcome): void {
  const set = waiters.get(id);
  waiters.delete(id);
  for (const resolve of set ?? []) resolve(outcome);
}
