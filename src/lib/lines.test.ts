import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLines } from './lines.ts';

async function linesOf(...chunks: readonly Uint8Array[]): Promise<string[]> {
  async function* source() {
    yield* chunks;
  }
  return await Array.fromAsync(readLines(source()));
}

test('lines are put together across chunks, even inside a character', async () => {
  const bytes = Buffer.from('één\ntwee\n');
  for (let cut = 0; cut <= bytes.length; cut++) {
    assert.deepEqual(await linesOf(bytes.subarray(0, cut), bytes.subarray(cut)), ['één', 'twee']);
  }
});

test('a last line needs no end, and empty ones are left out', async () => {
  assert.deepEqual(await linesOf(Buffer.from('a\n\r\n\nb')), ['a', 'b']);
});
