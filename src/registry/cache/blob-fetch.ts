import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { ByteRange } from '../registry-content.ts';

const READ_BYTES = 256 * 1024;

/** How a blob gets into the cache, and where it grows. */
export interface FetchPlan {
  readonly sizeBytes: number;
  /** Where it grows, and where it is when it is whole; the first is there already. */
  readonly growingPath: string;
  readonly finalPath: string;
  /** Fetches, checks and keeps it. `onProgress` hears that there is more. */
  readonly run: (onProgress: () => void) => Promise<void>;
}

/** A blob on its way into the cache. Any number of readers follow it, each at its own pace, and none slows it down. */
export class BlobFetch {
  readonly ended: Promise<void>;
  readonly #plan: FetchPlan;
  #isOver = false;
  #change = Promise.withResolvers<void>();

  constructor(plan: FetchPlan) {
    this.#plan = plan;
    this.ended = plan
      .run(() => this.#wake())
      .finally(() => {
        this.#isOver = true;
        this.#wake();
      });
    // Every reader meets the failure; without one it is the cache's to tell.
    this.ended.catch(() => undefined);
  }

  /**
   * The bytes as they arrive; the last ones only when the whole was found to be what its digest says.
   * @throws the fetch's failure
   */
  async *read({ first, last }: ByteRange): AsyncGenerator<Uint8Array> {
    const file = await this.#open();
    try {
      const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
      for (let at = first; at <= last; ) {
        const [change, wasOver] = [this.#change.promise, this.#isOver];
        const { bytesRead } = await file.read(buffer, 0, Math.min(READ_BYTES, last + 1 - at), at);
        at += bytesRead;
        if (at >= this.#plan.sizeBytes || wasOver) await this.ended;
        if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
        else if (wasOver) throw new Error('a blob in the cache is shorter than it was fetched');
        else await change;
      }
    } finally {
      await file.close();
    }
  }

  /** It may have got its final place since the reader asked for it. */
  async #open(): Promise<FileHandle> {
    try {
      return await open(this.#plan.growingPath, 'r');
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT')) throw error;
      await this.ended;
      return open(this.#plan.finalPath, 'r');
    }
  }

  #wake(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}
