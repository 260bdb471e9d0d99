import type { Digest } from '../../lib/digest.ts';

/**
 * When each piece of content was last brought, asked for or referred to, so that the collection of garbage never removes
 * what somebody was just told is here. What was used before this process started counts as used at its start.
 */
export class BlobUses {
  readonly #startedMs = Date.now();
  readonly #lastUsedMs = new Map<Digest, number>();
  readonly #removals = new Map<Digest, Promise<void>>();

  /** The use counts from the call on. Resolves when a removal that had begun before has ended: look for it after that. */
  async use(digest: Digest): Promise<void> {
    this.#lastUsedMs.set(digest, Date.now());
    await this.#removals.get(digest);
  }

  lastUsedMs(digest: Digest): number {
    return this.#lastUsedMs.get(digest) ?? this.#startedMs;
  }

  /**
   * Runs `remove` if nobody used it since `beforeMs`; whoever uses it from here on waits for the removal's end. Where one is
   * running already it is waited for, and nothing else done: a second one could meet what comes after the first.
   */
  async removeUnlessUsed(digest: Digest, beforeMs: number, remove: () => Promise<void>): Promise<boolean> {
    if (this.lastUsedMs(digest) >= beforeMs) return false;
    const running = this.#removals.get(digest);
    if (running !== undefined) {
      await running;
      return false;
    }
    const removal = remove();
    // Whoever waits wants its end, not its outcome.
    this.#removals.set(
      digest,
      removal.catch(() => undefined),
    );
    try {
      await removal;
    } finally {
      this.#removals.delete(digest);
    }
    return true;
  }

  /** Forgets uses that make no difference any more: those before `beforeMs`, when this process is older than that. */
  forget(beforeMs: number): void {
    if (this.#startedMs >= beforeMs) return;
    for (const [digest, lastMs] of this.#lastUsedMs) if (lastMs < beforeMs) this.#lastUsedMs.delete(digest);
  }
}
