import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Digest } from '../lib/digest.ts';
import { BatchedOutput } from './batched-output.ts';
import { hashFile } from './hash-file.ts';

/** A registry takes many of them at once. */
const BATCH_BYTES = 128 * 1024;

/**
 * The beginning of a blob, in a file that outlives this process: what has arrived stays when its source fails, and can
 * be gone on with, also after a crash. The file is open only while it is worked on. One caller at a time.
 */
export class PartialBlob {
  readonly path: string;
  /** Of everything in the file; undefined when that has to be read first. */
  #hash: Hash | undefined;
  #sizeBytes: number;

  private constructor(path: string, sizeBytes: number) {
    this.path = path;
    this.#sizeBytes = sizeBytes;
    this.#hash = sizeBytes === 0 ? createHash('sha256') : undefined;
  }

  /** Makes the file, or goes on at its end. */
  static async at(path: string): Promise<PartialBlob> {
    const file = await open(path, 'a', 0o600);
    try {
      return new PartialBlob(path, (await file.stat()).size);
    } finally {
      await file.close();
    }
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Reads `source` to its end. What came before it failed is kept, and counted. `onProgress` hears when there is more in the file. */
  async append(source: AsyncIterable<Uint8Array>, onProgress: () => void = () => undefined): Promise<void> {
    const hash = await this.#wholeHash();
    // Unknown until all that is hashed is in the file as well.
    this.#hash = undefined;
    const file = await open(this.path, 'a', 0o600);
    try {
      const output = new BatchedOutput(file, { batchBytes: BATCH_BYTES, onWritten: onProgress });
      try {
        for await (const piece of source) {
          await output.write(piece);
          hash.update(piece);
          this.#sizeBytes += piece.length;
        }
      } finally {
        await output.end();
        this.#hash = hash;
      }
    } finally {
      this.#sizeBytes = (await file.stat()).size;
      await file.close();
    }
  }

  /** The digest of what is there, which is on the disk then. */
  async seal(): Promise<Digest> {
    this.#hash = await this.#wholeHash();
    const file = await open(this.path, 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    return `sha256:${this.#hash.copy().digest('hex')}` as Digest;
  }

  async #wholeHash(): Promise<Hash> {
    return this.#hash ?? hashFile(this.path, 'sha256');
  }
}
