import type { FileHandle } from 'node:fs/promises';

const BATCH_BYTES = 512 * 1024;

export interface BatchOptions {
  /** Twice as many are held: less where many write at once. */
  readonly batchBytes?: number;
  /** Hears of each batch that is in the file. */
  readonly onWritten?: () => void;
}

/**
 * Writes small pieces to a file in large batches. While the kernel takes one batch, the next is collected; pieces are
 * copied, so that their buffers are free when `write` returns.
 */
export class BatchedOutput {
  readonly #file: FileHandle;
  readonly #batchBytes: number;
  readonly #onWritten: () => void;
  #batch: Buffer;
  #spare: Buffer;
  #length = 0;
  #written: Promise<void> = Promise.resolve();

  constructor(file: FileHandle, { batchBytes = BATCH_BYTES, onWritten = () => undefined }: BatchOptions = {}) {
    this.#file = file;
    this.#batchBytes = batchBytes;
    this.#onWritten = onWritten;
    [this.#batch, this.#spare] = [Buffer.allocUnsafeSlow(batchBytes), Buffer.allocUnsafeSlow(batchBytes)];
  }

  /** A failure to write comes out of a later call. */
  async write(piece: Uint8Array): Promise<void> {
    for (let done = 0; done < piece.length; ) {
      const part = piece.subarray(done, done + this.#batchBytes - this.#length);
      this.#batch.set(part, this.#length);
      this.#length += part.length;
      done += part.length;
      if (this.#length === this.#batchBytes) await this.#flush();
    }
  }

  /** Resolves when everything has been written. The file stays open. */
  async end(): Promise<void> {
    await this.#flush();
    await this.#written;
  }

  async #flush(): Promise<void> {
    await this.#written;
    this.#written = this.#file.writeFile(this.#batch.subarray(0, this.#length)).then(this.#onWritten);
    // Whoever waits for it next meets the failure; until then it must not count as one that nobody handles.
    this.#written.catch(() => undefined);
    [this.#batch, this.#spare, this.#length] = [this.#spare, this.#batch, 0];
  }
}
