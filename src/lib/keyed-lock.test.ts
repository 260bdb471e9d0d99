import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyedLock } from './keyed-lock.ts';

test('work under one key runs in order and never overlaps', async () => {
  const lock = new KeyedLock();
  const log: string[] = [];
  const job = (name: string) => async () => {
    log.push(`${name} in`);
    await new Promise(setImmediate);
    log.push(`${name} out`);
  };
  await Promise.all([lock.run('k', job('a')), lock.run('k', job('b')), lock.run('k', job('c'))]);
  assert.deepEqual(log, ['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  assert.equal(lock.isHeld('k'), false);
});

test('work under different keys runs side by side', async () => {
  const lock = new KeyedLock();
  const first = Promise.withResolvers<void>();
  const blocked = lock.run('a', () => first.promise);
  await lock.run('b', async () => first.resolve());
  await blocked;
});

test('a failure is reported to its caller and the next in line still runs', async () => {
  const lock = new KeyedLock();
  const failing = lock.run('k', async () => {
    throw new Error('no');
  });
  const next = lock.run('k', async () => 'ran');
  await assert.rejects(failing, /no/);
  assert.equal(await next, 'ran');
});
