import { brokenArchive } from '../../errors/layers.ts';

/**
 * Exact reads from a stream of pieces of any size. What `take` gives is a part of such a piece, as it came; what is read
 * in an exact length is a copy, and stays when the stream uses a piece's memory again.
 */
export class ByteSource {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** Between 1 and `limit` bytes; undefined at the end of the stream. */
  async take(limit: number): Promise<Buffer | undefined> {
    while (this.#rest.length === 0) {
      const next = await this.#iterator.next();
      if (next.done === true) return undefined;
      this.#rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length);
    }
    const piece = this.#rest.subarray(0, limit);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  /** Exactly `length` bytes, or undefined when the stream ends right here. @throws invalid_argument when cut short. */
  async readOrEnd(length: number, after?: string): Promise<Buffer | undefined> {
    const bytes = Buffer.allocUnsafe(length);
    for (let have = 0; have < length; ) {
      const piece = await this.take(length - have);
      if (piece === undefined && have === 0) return undefined;
      if (piece === undefined) throw brokenArchive('unexpected end', after);
      have += piece.copy(bytes, have);
    }
    return bytes;
  }

  async read(length: number, after?: string): Promise<Buffer> {
    if (length === 0) return Buffer.alloc(0);
    const bytes = await this.readOrEnd(length, after);
    if (bytes === undefined) throw brokenArchive('unexpected end', after);
    return bytes;
  }

  async skip(length: number, after?: string): Promise<void> {
    for (let left = length; left > 0; ) {
      const piece = await this.take(left);
      if (piece === undefined) throw brokenArchive('unexpected end', after);
      left -= piece.length;
    }
  }

  /** The same, but for the end of the stream, which may come in between. */
  async skipUpTo(length: number): Promise<void> {
    for (let left = length; left > 0; ) {
      const piece = await this.take(left);
      if (piece === undefined) return;
      left -= piece.length;
    }
  }

  /** Reads on to the end of the stream. */
  async drain(): Promise<void> {
    this.#rest = Buffer.alloc(0);
    while ((await this.#iterator.next()).done !== true);
  }
}
