import type { RepositoryName } from '../names.ts';
import { RegistryError } from '../registry-error.ts';

/** However busy a repository is: no push takes longer than this. */
const LONGEST_PUSH_MS = 24 * 3600 * 1000;

interface Burst {
  readonly startedMs: number;
  lastMs: number;
  /** Requests of a push that are being answered. */
  running: number;
}

/**
 * Knows since when a repository is being pushed to without a pause of the grace's length. What a push has brought or
 * asked for is used by nothing before its manifest comes, at its end: it may be garbage only when it is older than that.
 */
export class PushActivity {
  readonly #graceMs: number;
  readonly #bursts = new Map<RepositoryName, Burst>();

  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  /** Runs a part of a push. One that begins with what is refused is none: whoever makes up names leaves nothing here. */
  async during<T>(name: RepositoryName, work: () => Promise<T>): Promise<T> {
    const known = this.#live(name);
    const burst = known ?? { startedMs: Date.now(), lastMs: 0, running: 0 };
    this.#bursts.set(name, burst);
    burst.running++;
    let isRefused = false;
    try {
      return await work();
    } catch (error) {
      isRefused = error instanceof RegistryError;
      throw error;
    } finally {
      burst.running--;
      if (isRefused && burst.lastMs === 0 && burst.running === 0) this.#bursts.delete(name);
      else if (!isRefused) burst.lastMs = Date.now();
    }
  }

  /** Forgets pushes that are over. */
  forget(): void {
    for (const name of this.#bursts.keys()) this.#live(name);
  }

  /** What was last used before this is needed by no push to the repository. */
  neededSinceMs(name: RepositoryName): number {
    const burst = this.#live(name);
    const graceStartMs = this.graceStartMs();
    if (burst === undefined) return graceStartMs;
    return Math.min(graceStartMs, Math.max(burst.startedMs, Date.now() - LONGEST_PUSH_MS));
  }

  /** The same for what is in no repository. */
  graceStartMs(): number {
    return Date.now() - this.#graceMs;
  }

  #live(name: RepositoryName): Burst | undefined {
    const burst = this.#bursts.get(name);
    if (burst === undefined || burst.running > 0 || Date.now() - burst.lastMs < this.#graceMs) return burst;
    this.#bursts.delete(name);
    return undefined;
  }
}
