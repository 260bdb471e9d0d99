import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slots } from './slots.ts';
import { LastLines } from './steps/last-lines.ts';

test('so many go on at once, and no more', async () => {
  const slots = new Slots(2);
  const { signal } = new AbortController();
  let running = 0;
  let most = 0;
  const work = async () => {
    running++;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
  };
  await Promise.all([1, 2, 3, 4, 5].map(() => slots.run(signal, work)));
  assert.equal(most, 2);
});

test('work that was called off before its turn never begins, and lets the next one in', async () => {
  const slots = new Slots(1);
  const gate = Promise.withResolvers<void>();
  const controller = new AbortController();
  const first = slots.run(new AbortController().signal, () => gate.promise);
  const second = slots.run(controller.signal, async () => assert.fail('it began'));
  const third = slots.run(new AbortController().signal, async () => 'third');
  controller.abort(new Error('called off'));
  gate.resolve();
  await first;
  await assert.rejects(second, /called off/);
  assert.equal(await third, 'third');
});

test('the last lines of an output are kept, characters in pieces whole, and long ones cut', () => {
  const last = new LastLines();
  const text = Buffer.from(`${[...Array(30).keys()].join('\n')}\nhä`);
  last.add(text.subarray(0, text.length - 1));
  last.add(text.subarray(text.length - 1));
  assert.equal(last.lines().length, 20);
  assert.deepEqual(last.lines().slice(-2), ['29', 'hä']);
  last.add(Buffer.from('x'.repeat(100_000)));
  assert.ok((last.lines().at(-1)?.length ?? 0) <= 1000);
});
