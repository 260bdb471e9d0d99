import type { FileHandle } from 'node:fs/promises';
import { PARTIAL, STREAM_LETTER, TAG } from './record-parser.ts';

const NEWLINE = 10;
const BLOCK_BYTES = 64 * 1024;

/**
 * Where the last `lines` lines of a log begin that consists of these files, found from its end: the cost depends on them,
 * not on the files' length. Pieces of a line count once. A line still being written counts as well.
 */
export async function tailStart(
  files: readonly FileHandle[],
  lines: number,
): Promise<{ readonly index: number; readonly offset: number }> {
  const counter = new LineCounter(lines);
  for (let index = files.length - 1; index >= 0; index--) {
    const file = files[index];
    if (file === undefined) break;
    const { size } = await file.stat();
    const offset = lines === 0 ? size : await tailOffset(file, size, counter);
    if (offset !== undefined) return { index, offset };
  }
  return { index: 0, offset: 0 };
}

/** Undefined when the file has fewer lines than are left to count. */
async function tailOffset(file: FileHandle, size: number, counter: LineCounter): Promise<number | undefined> {
  let position = size;
  /** The beginning of a record whose end is in blocks that were read before. */
  let carried = Buffer.alloc(0);
  while (position > 0) {
    const length = Math.min(BLOCK_BYTES, position);
    position -= length;
    const block = Buffer.allocUnsafe(length + carried.length);
    await readFully(file, block.subarray(0, length), position);
    carried.copy(block, length);
    let end = block.length;
    for (;;) {
      // The newline that ends the record before; the one at `end - 1` is this record's own.
      const before = end >= 2 ? block.lastIndexOf(NEWLINE, end - 2) : -1;
      if (before < 0) break;
      if (counter.isBeyond(block, before + 1)) return position + end;
      end = before + 1;
    }
    carried = block.subarray(0, end);
  }
  return carried.length > 0 && counter.isBeyond(carried, 0) ? carried.length : undefined;
}

/** Sees records from the last to the first. */
class LineCounter {
  readonly #wanted: number;
  #lines = 0;
  readonly #seen = new Set<number>();

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  /** True when the record at `start` belongs to a line before the last `wanted` ones. */
  isBeyond(bytes: Buffer, start: number): boolean {
    const stream = bytes[start + STREAM_LETTER] ?? 0;
    const endsLine = bytes[start + TAG] !== PARTIAL || !this.#seen.has(stream);
    this.#seen.add(stream);
    if (endsLine) this.#lines++;
    return this.#lines > this.#wanted;
  }
}

async function readFully(file: FileHandle, target: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) {
      target.fill(0, done);
      return;
    }
    done += bytesRead;
  }
}
