import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from './turns.ts';

const never = new AbortController().signal;

test('many may share, one alone waits for all of them, and they come in their order', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const endFirst = await turns.begin('k', true, never);
  const endSecond = await turns.begin('k', true, never);
  const alone = turns.begin('k', false, never).then((end) => {
    order.push('alone');
    return end;
  });
  const later = turns.begin('k', true, never).then((end) => {
    order.push('later');
    return end;
  });
  endFirst();
  await Promise.resolve();
  assert.deepEqual(order, [], 'one still has it');
  endSecond();
  (await alone)();
  (await later)();
  assert.deepEqual(order, ['alone', 'later']);
  assert.equal(turns.isTaken('k'), false);
});

test('who gives up waiting holds nobody up', async () => {
  const turns = new Turns();
  const end = await turns.begin('k', true, never);
  const giving = new AbortController();
  const given = turns.begin('k', false, giving.signal);
  const behind = turns.begin('k', true, never);
  giving.abort(new Error('gave up'));
  await assert.rejects(given, /gave up/);
  (await behind)();
  end();
  assert.deepEqual(turns.takenKeys(), []);
  await assert.rejects(turns.begin('k', true, giving.signal), /gave up/);
});
