import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { ContainerId } from '../../lib/ids.ts';
import { SharedSamplers } from './shared-samplers.ts';

const id = 'c' as ContainerId;

test('all who watch a container share its samples', async () => {
  let taken = 0;
  const samplers = new SharedSamplers(async () => ({ number: ++taken }), 1);
  const { signal } = new AbortController();
  const [one, other] = [samplers.watch(id, signal), samplers.watch(id, signal)];
  const first = await Promise.all([one.next(), other.next()]);
  assert.deepEqual(
    first.map(({ value }) => value),
    [{ number: 1 }, { number: 1 }],
  );
  await Promise.all([one.return(undefined), other.return(undefined)]);
});

test('nothing is sampled before anyone watches and after the last one has hung up', async () => {
  let taken = 0;
  const samplers = new SharedSamplers(async () => ({ number: ++taken }), 0);
  const hangUp = new AbortController();
  const watch = samplers.watch(id, hangUp.signal);
  await turn();
  assert.equal(taken, 0);
  await watch.next();
  hangUp.abort();
  assert.equal((await watch.next()).done, true);
  const last = taken;
  // The timer that was running then comes before this one.
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(taken, last);
});

test('the end of a container ends all watches, and a failure reaches all of them', async () => {
  const { signal } = new AbortController();
  const ended = new SharedSamplers(async () => undefined, 1);
  assert.equal((await ended.watch(id, signal).next()).done, true);
  const failing = new SharedSamplers(async () => Promise.reject(new Error('no /proc')), 1);
  const watches = [failing.watch(id, signal).next(), failing.watch(id, signal).next()];
  for (const outcome of await Promise.allSettled(watches)) assert.equal(outcome.status, 'rejected');
});
