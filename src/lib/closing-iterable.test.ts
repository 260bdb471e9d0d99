import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closingIterable } from './closing-iterable.ts';

async function* numbers(): AsyncGenerator<number> {
  yield 1;
  yield 2;
}

function counted(source: AsyncIterable<number>) {
  let closed = 0;
  const items = closingIterable(source, async () => void closed++);
  return { items, closed: () => closed };
}

test('the clean-up runs once when all items were read', async () => {
  const { items, closed } = counted(numbers());
  const read: number[] = [];
  for await (const item of items) read.push(item);
  assert.deepEqual([read, closed()], [[1, 2], 1]);
});

test('the clean-up runs when the reader stops before the first item', async () => {
  const { items, closed } = counted(numbers());
  await items[Symbol.asyncIterator]().return?.();
  assert.equal(closed(), 1);
});

test('the clean-up runs after a failure, which the reader sees', async () => {
  async function* failing(): AsyncGenerator<number> {
    yield 1;
    throw new Error('broken');
  }
  const { items, closed } = counted(failing());
  await assert.rejects(async () => {
    for await (const _ of items);
  }, /broken/);
  assert.equal(closed(), 1);
});
