/**
 * Serialises work per key, first come first served. Two operations on one container must not interleave at their
 * awaits, while those on different containers run side by side. Keys cost nothing once no work holds them.
 */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `work` when everything queued before it under `key` has ended; its failure does not stop those behind it. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const { promise: mine, resolve: release } = Promise.withResolvers<void>();
    this.#tails.set(key, mine);
    await before;
    try {
      return await work();
    } finally {
      if (this.#tails.get(key) === mine) this.#tails.delete(key);
      release();
    }
  }

  isHeld(key: string): boolean {
    return this.#tails.has(key);
  }
}
