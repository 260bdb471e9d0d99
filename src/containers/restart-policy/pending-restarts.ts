import type { ContainerId } from '../../lib/ids.ts';
import { restartDelayMs } from './restart-policy.ts';

interface Entry {
  delayMs: number;
  timer: NodeJS.Timeout | undefined;
  /** Somebody wants the container to end, and to stay so. */
  isCalledOff: boolean;
}

/**
 * What must be remembered of containers between their restarts, and the timers of those that wait for one. None of it is
 * kept on disk: a new daemon starts at once what its policy wants to run.
 */
export class PendingRestarts {
  readonly #entries = new Map<ContainerId, Entry>();
  readonly #onDue: (id: ContainerId) => void;

  constructor(onDue: (id: ContainerId) => void) {
    this.#onDue = onDue;
  }

  /** How long to wait after this run; longer from one to the next. */
  nextDelayMs(id: ContainerId, ranForMs: number): number {
    const entry = this.#entry(id);
    entry.delayMs = restartDelayMs(entry.delayMs, ranForMs);
    return entry.delayMs;
  }

  schedule(id: ContainerId, delayMs: number): void {
    const entry = this.#entry(id);
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => this.#onDue(id), delayMs).unref();
  }

  /** No restart comes any more, not after the current run either, until `forget`. */
  callOff(id: ContainerId): void {
    const entry = this.#entry(id);
    clearTimeout(entry.timer);
    entry.isCalledOff = true;
  }

  isCalledOff(id: ContainerId): boolean {
    return this.#entries.get(id)?.isCalledOff === true;
  }

  /** Somebody starts the container, or it is gone. */
  forget(id: ContainerId): void {
    clearTimeout(this.#entries.get(id)?.timer);
    this.#entries.delete(id);
  }

  /** For the daemon's end. */
  close(): void {
    for (const { timer } of this.#entries.values()) clearTimeout(timer);
  }

  #entry(id: ContainerId): Entry {
    const entry = this.#entries.get(id) ?? { delayMs: 0, timer: undefined, isCalledOff: false };
    this.#entries.set(id, entry);
    return entry;
  }
}
