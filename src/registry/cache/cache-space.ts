import type { Digest } from '../../lib/digest.ts';
import type { LocalRegistry } from '../local/local-registry.ts';

export interface CacheSpaceOptions {
  readonly local: LocalRegistry;
  readonly limitBytes: number;
  readonly logError: (message: string, error: unknown) => void;
}

interface Entry {
  readonly sizeBytes: number;
  readonly isManifest: boolean;
}

/**
 * Keeps a cache within a number of bytes: what was used longest ago goes first, and manifests, without which their blobs
 * are of no use, after all blobs. What is being read stays, and what has no room at all goes as soon as it has been read:
 * the bound is passed by what is in use, and by that alone. When content was used is remembered over restarts.
 */
export class CacheSpace {
  readonly #options: CacheSpaceOptions;
  /** What never fits: it is not counted, and goes when nobody reads it. */
  readonly #guests = new Set<Digest>();
  /** Least recently used first. */
  readonly #entries = new Map<Digest, Entry>();
  readonly #readers = new Map<Digest, number>();
  #keptBytes = 0;
  /** Of what is being fetched. */
  #arrivingBytes = 0;
  #tidying: Promise<void> | undefined;

  private constructor(options: CacheSpaceOptions) {
    this.#options = options;
  }

  /** Removes at once what is too much. */
  static async open(options: CacheSpaceOptions): Promise<CacheSpace> {
    const space = new CacheSpace(options);
    const contents = await Array.fromAsync(options.local.contents());
    contents.sort((a, b) => a.usedMs - b.usedMs);
    for (const { digest, sizeBytes, isManifest } of contents) space.#add(digest, { sizeBytes, isManifest });
    await space.#tidy();
    return space;
  }

  async used(digest: Digest): Promise<void> {
    const entry = this.#entries.get(digest);
    if (entry === undefined) return;
    this.#entries.delete(digest);
    this.#entries.set(digest, entry);
    await this.#options.local.touchContent(digest);
  }

  keptManifest(digest: Digest, sizeBytes: number): void {
    this.#add(digest, { sizeBytes, isManifest: true });
    void this.#tidy();
  }

  /** Makes room for a blob, and counts it when `fetch` has brought it. One that never fits takes no other's place. */
  async fetching(digest: Digest, sizeBytes: number, fetch: () => Promise<void>): Promise<void> {
    const arrivingBytes = sizeBytes > this.#options.limitBytes ? 0 : sizeBytes;
    this.#arrivingBytes += arrivingBytes;
    try {
      await this.#tidy();
      await fetch();
      this.#add(digest, { sizeBytes, isManifest: false });
    } finally {
      this.#arrivingBytes -= arrivingBytes;
      void this.#tidy();
    }
  }

  /** The same items; until they are read, or their reader leaves, the content stays. */
  async *reading<T>(digest: Digest, source: AsyncIterable<T>): AsyncGenerator<T> {
    this.#readers.set(digest, (this.#readers.get(digest) ?? 0) + 1);
    try {
      yield* source;
    } finally {
      const left = (this.#readers.get(digest) ?? 1) - 1;
      if (left > 0) this.#readers.set(digest, left);
      else this.#readers.delete(digest);
      void this.#tidy();
    }
  }

  /** Somebody else has removed it. */
  forget(digest: Digest): void {
    this.#guests.delete(digest);
    const entry = this.#entries.get(digest);
    if (entry === undefined) return;
    this.#entries.delete(digest);
    this.#keptBytes -= entry.sizeBytes;
  }

  #add(digest: Digest, entry: Entry): void {
    this.forget(digest);
    if (entry.sizeBytes > this.#options.limitBytes) return void this.#guests.add(digest);
    this.#entries.set(digest, entry);
    this.#keptBytes += entry.sizeBytes;
  }

  /** One at a time; whoever comes meanwhile waits for it, and looks again. Never fails. */
  async #tidy(): Promise<void> {
    while (this.#tidying !== undefined) await this.#tidying;
    if (this.#guests.size === 0 && this.#excessBytes() <= 0) return;
    this.#tidying = this.#evict().finally(() => (this.#tidying = undefined));
    await this.#tidying;
  }

  #excessBytes(): number {
    return this.#keptBytes - Math.max(0, this.#options.limitBytes - this.#arrivingBytes);
  }

  async #evict(): Promise<void> {
    for (const guest of this.#guests) await this.#remove(guest);
    const entries = [...this.#entries];
    const blobsFirst = [
      ...entries.filter(([, one]) => !one.isManifest),
      ...entries.filter(([, one]) => one.isManifest),
    ];
    for (const [digest] of blobsFirst) {
      if (this.#excessBytes() <= 0) return;
      await this.#remove(digest);
    }
  }

  async #remove(digest: Digest): Promise<void> {
    if (this.#readers.has(digest)) return;
    const { local, logError } = this.#options;
    this.forget(digest);
    try {
      await local.evict(digest);
    } catch (error) {
      logError(`${digest} was not removed from the cache`, error);
    }
  }
}
