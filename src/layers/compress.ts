import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw as deflateRawCallback } from 'node:zlib';

const deflateRaw = promisify<Uint8Array, object, Buffer>(deflateRawCallback);

/** Pieces are compressed apart from each other; at this size that costs less than a hundredth. */
const PIECE_BYTES = 256 * 1024;
/** How many pieces of one archive are compressed at once. */
const AHEAD = Math.min(Math.max(availableParallelism(), 2), 8);
/** Half of the time of gzip's default, for archives that are a twenty-fifth larger. Each piece ends at a whole byte. */
const DEFLATE = { level: 3, memLevel: 9, finishFlush: constants.Z_SYNC_FLUSH, chunkSize: PIECE_BYTES };

/** RFC 1952: no time, no name, made on Unix. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
/** RFC 1951: an empty block that is the last one. */
const LAST_BLOCK = Buffer.from([0x03, 0x00]);
const STORED_BLOCK_BYTES = 0xffff;

/** A prime, so that no structure of the data is met at its own step. */
const SAMPLE_STEP = 61;
/**
 * Bytes at random are at 255 give or take 23; at this much, a byte carries some 7.94 bits, which is where compressed
 * archives and media are, and neither programs nor texts nor tables of numbers.
 */
const DENSE_CHI_SQUARED = 600;

/**
 * By gzip, which every registry and client takes: one member. The same bytes for the same source, however that comes in
 * pieces. What is compressed already is stored as it is: to deflate it would take most of the time and gain nothing.
 * Errors of the source come through as they are.
 */
export async function* compress(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const ahead: Promise<Uint8Array>[] = [];
  let checksum = 0;
  let sizeBytes = 0;
  yield HEADER;
  for await (const piece of pieces(source)) {
    checksum = crc32(piece, checksum);
    sizeBytes += piece.length;
    const packed = pack(piece);
    // Whoever waits for it meets the failure; when the source fails first, nobody does.
    packed.catch(() => undefined);
    ahead.push(packed);
    if (ahead.length === AHEAD) yield (await ahead.shift()) ?? Buffer.of();
  }
  for (const packed of ahead) yield await packed;
  yield LAST_BLOCK;
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(sizeBytes % 2 ** 32, 4);
  yield trailer;
}

/** In pieces of one size, the last but for the end, in buffers of their own. */
async function* pieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let piece = Buffer.allocUnsafe(PIECE_BYTES);
  let length = 0;
  for await (const chunk of source) {
    for (let done = 0; done < chunk.length; ) {
      const part = chunk.subarray(done, done + PIECE_BYTES - length);
      piece.set(part, length);
      length += part.length;
      done += part.length;
      if (length < PIECE_BYTES) continue;
      yield piece;
      piece = Buffer.allocUnsafe(PIECE_BYTES);
      length = 0;
    }
  }
  if (length > 0) yield piece.subarray(0, length);
}

async function pack(piece: Uint8Array): Promise<Uint8Array> {
  return isDense(piece) ? store(piece) : deflateRaw(piece, DEFLATE);
}

/** Whether its bytes are spread so evenly that there is nothing to gain. */
function isDense(piece: Uint8Array): boolean {
  const counts = new Uint32Array(256);
  for (let at = 0; at < piece.length; at += SAMPLE_STEP) {
    const byte = piece[at] ?? 0;
    counts[byte] = (counts[byte] ?? 0) + 1;
  }
  const expected = Math.ceil(piece.length / SAMPLE_STEP) / counts.length;
  // Too few to tell.
  if (expected < 5) return false;
  const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return chiSquared < DENSE_CHI_SQUARED;
}

/** RFC 1951, 3.2.4. */
function store(piece: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < piece.length; at += STORED_BLOCK_BYTES) {
    const data = piece.subarray(at, at + STORED_BLOCK_BYTES);
    const header = Buffer.alloc(5);
    header.writeUInt16LE(data.length, 1);
    header.writeUInt16LE(data.length ^ 0xffff, 3);
    blocks.push(header, data);
  }
  return Buffer.concat(blocks);
}
