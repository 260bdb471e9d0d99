import { decompress, detectCompression } from './compression.ts';
import { decompressByProgram } from './decompress-by-program.ts';
import { decompressorOf, MAGIC_BYTES } from './decompressor.ts';

/**
 * An archive without its compression, whichever of those it is that Docker takes: gzip, zstd, and by programs of the host
 * bzip2 and xz.
 * @throws invalid_argument when it is damaged or cut short; unavailable when such a program is not installed
 */
export async function* decodeArchive(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { start, whole } = await peek(source);
  const program = decompressorOf(start);
  if (program !== undefined) yield* decompressByProgram(program, whole);
  else yield* decompress(whole, detectCompression(start));
}

/** The same for content whose usual compressions are dealt with by whoever reads it: those stay as they are. */
export async function* decodeUnusual(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { start, whole } = await peek(source);
  const program = decompressorOf(start);
  yield* program === undefined ? whole : decompressByProgram(program, whole);
}

/** The first bytes, and everything with them. */
async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly start: Buffer; readonly whole: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  for (let length = 0; length < MAGIC_BYTES; ) {
    const next = await iterator.next();
    if (next.done === true) break;
    // Sources may use their buffers again.
    pieces.push(Buffer.from(next.value));
    length += next.value.length;
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield* pieces;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { start: Buffer.concat(pieces), whole: whole() };
}
