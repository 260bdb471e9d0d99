import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { Digest } from '../lib/digest.ts';
import { BatchedOutput } from './batched-output.ts';

const READ_BYTES = 256 * 1024;

/**
 * The beginning of a blob, in a file that outlives this process: what has arrived stays when its source fails, and can
 * be gone on with, also after a crash. One writer at a time.
 */
export class PartialBlob {
  readonly path: string;
  readonly #file: FileHandle;
  /** Of everything in the file; undefined when that has to be read first. */
  #hash: Hash | undefined;
  #sizeBytes: number;

  private constructor(path: string, file: FileHandle, sizeBytes: number) {
    this.path = path;
    this.#file = file;
    this.#sizeBytes = sizeBytes;
    this.#hash = sizeBytes === 0 ? createHash('sha256') : undefined;
  }

  /** Begins the file, or goes on at its end. */
  static async open(path: string): Promise<PartialBlob> {
    const file = await open(path, 'a+', 0o600);
    try {
      return new PartialBlob(path, file, (await file.stat()).size);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Reads `source` to its end. What came before it failed is kept, and counted. `onProgress` hears of every piece. */
  async append(source: AsyncIterable<Uint8Array>, onProgress: () => void = () => undefined): Promise<void> {
    const hash = await this.#wholeHash();
    // Unknown until all that is hashed is in the file as well.
    this.#hash = undefined;
    const output = new BatchedOutput(this.#file);
    try {
      for await (const piece of source) {
        await output.write(piece);
        hash.update(piece);
        this.#sizeBytes += piece.length;
        onProgress();
      }
    } finally {
      await this.#settle(output);
    }
    this.#hash = hash;
  }

  async #settle(output: BatchedOutput): Promise<void> {
    try {
      await output.end();
    } finally {
      this.#sizeBytes = (await this.#file.stat()).size;
    }
  }

  /** The digest of what is there, which is on the disk then. */
  async seal(): Promise<Digest> {
    const hash = await this.#wholeHash();
    this.#hash = hash;
    await this.#file.sync();
    return `sha256:${hash.copy().digest('hex')}` as Digest;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #wholeHash(): Promise<Hash> {
    if (this.#hash !== undefined) return this.#hash;
    const hash = createHash('sha256');
    const stream = this.#file.createReadStream({ start: 0, highWaterMark: READ_BYTES, autoClose: false });
    for await (const chunk of stream) hash.update(chunk as Buffer);
    return hash;
  }
}
