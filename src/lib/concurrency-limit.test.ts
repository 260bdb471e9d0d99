import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConcurrencyLimit } from './concurrency-limit.ts';

test('no more pieces of work run at a time than allowed, in the order in which they came', async () => {
  const limit = new ConcurrencyLimit(2);
  const log: number[] = [];
  let running = 0;
  let most = 0;
  const job = (number: number) => async () => {
    log.push(number);
    running++;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running--;
  };
  await Promise.all([1, 2, 3, 4, 5].map((number) => limit.run(job(number))));
  assert.equal(most, 2);
  assert.deepEqual(log, [1, 2, 3, 4, 5]);
});

test('a failure frees its place', async () => {
  const limit = new ConcurrencyLimit(1);
  const failing = limit.run(async () => {
    throw new Error('no');
  });
  const next = limit.run(async () => 'ran');
  await assert.rejects(failing, /no/);
  assert.equal(await next, 'ran');
});
