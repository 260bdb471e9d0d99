import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../lib/digest.ts';
import { SharedDownloads } from './shared-downloads.ts';

const digest = digestOf('a layer');
const never = new AbortController().signal;
const ignore = () => undefined;

/** A download that ends when it is told to, and counts. */
function controlled() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const seen = { opened: 0, closed: 0, cancelled: 0 };
  const open = () => {
    seen.opened++;
    return {
      run: async (signal: AbortSignal) => {
        signal.addEventListener('abort', () => {
          seen.cancelled++;
          reject(signal.reason);
        });
        await promise;
      },
      close: () => void seen.closed++,
    };
  };
  return { open, seen, finish: resolve, fail: reject };
}

test('whoever wants the same gets it from one download', async () => {
  const downloads = new SharedDownloads(() => 3);
  const { open, seen, finish } = controlled();
  const all = [1, 2, 3].map(() => downloads.join(digest, open, ignore, never));
  finish();
  await Promise.all(all);
  assert.deepEqual(seen, { opened: 1, closed: 1, cancelled: 0 });
});

test('a failure reaches everyone, and the next one begins anew', async () => {
  const downloads = new SharedDownloads(() => 3);
  const { open, seen, fail } = controlled();
  const all = [1, 2].map(() => downloads.join(digest, open, ignore, never));
  fail(new Error('broken'));
  for (const one of all) await assert.rejects(one, /broken/);
  await assert.rejects(downloads.join(digest, open, ignore, never), /broken/);
  assert.equal(seen.opened, 2);
});

test('one that loses interest does not end it for the others; the last one does', async () => {
  const downloads = new SharedDownloads(() => 3);
  const { open, seen } = controlled();
  const [first, second] = [new AbortController(), new AbortController()];
  const all = [first, second].map(({ signal }) => downloads.join(digest, open, ignore, signal));
  first.abort(new Error('first left'));
  await assert.rejects(all[0] ?? Promise.resolve(), /first left/);
  assert.equal(seen.cancelled, 0);
  second.abort(new Error('second left'));
  await assert.rejects(all[1] ?? Promise.resolve(), /second left/);
  assert.deepEqual(seen, { opened: 1, closed: 1, cancelled: 1 });
});

test('no more than the limit run at once, and those that wait are told', async () => {
  const downloads = new SharedDownloads(() => 1);
  const first = controlled();
  const second = controlled();
  const running = downloads.join(digest, first.open, ignore, never);
  const states: string[] = [];
  const client = new AbortController();
  const waiting = downloads.join(digestOf('another'), second.open, ({ state }) => states.push(state), client.signal);
  const third = downloads.join(digestOf('a third'), second.open, ignore, never);
  await Promise.resolve();
  client.abort(new Error('left while waiting'));
  await assert.rejects(waiting, /left while waiting/);
  assert.deepEqual(states, ['waiting']);
  first.finish();
  await running;
  second.finish();
  await third;
  assert.equal(second.seen.closed, 2, 'also the one that never ran');
});
