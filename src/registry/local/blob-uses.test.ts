import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { digestOf } from '../../lib/digest.ts';
import { BlobUses } from './blob-uses.ts';

const digest = digestOf('a blob');

test('what was used is not removed, and what was used before the start counts as used at it', async (t) => {
  mock.timers.enable({ apis: ['Date'], now: 1000 });
  t.after(() => mock.timers.reset());
  const uses = new BlobUses();
  const remove = t.mock.fn(() => Promise.resolve());
  assert.equal(await uses.removeUnlessUsed(digest, 1000, remove), false);
  mock.timers.tick(500);
  await uses.use(digest);
  assert.equal(await uses.removeUnlessUsed(digest, 1400, remove), false);
  assert.equal(await uses.removeUnlessUsed(digest, 1501, remove), true);
  assert.equal(remove.mock.callCount(), 1);
});

test('a use waits for a removal that has begun, so that it looks when that has ended', async () => {
  const uses = new BlobUses();
  const { promise, resolve } = Promise.withResolvers<void>();
  const order: string[] = [];
  const removal = uses.removeUnlessUsed(digest, Number.POSITIVE_INFINITY, async () => {
    await promise;
    order.push('removed');
  });
  const used = uses.use(digest).then(() => order.push('used'));
  resolve();
  await Promise.all([removal, used]);
  assert.deepEqual(order, ['removed', 'used']);
});

test('a removal that fails is told to who asked for it, and holds up nobody', async () => {
  const uses = new BlobUses();
  const failing = uses.removeUnlessUsed(digest, Number.POSITIVE_INFINITY, () => Promise.reject(new Error('no')));
  await Promise.all([assert.rejects(failing, /no/), uses.use(digest)]);
});

test('while something is being removed, a second removal waits for the first and does nothing', async () => {
  const uses = new BlobUses();
  const { promise, resolve } = Promise.withResolvers<void>();
  const removed: string[] = [];
  const first = uses.removeUnlessUsed(digest, Number.POSITIVE_INFINITY, async () => {
    await promise;
    removed.push('first');
  });
  const second = uses.removeUnlessUsed(digest, Number.POSITIVE_INFINITY, async () => void removed.push('second'));
  const use = uses.use(digest);
  resolve();
  await use;
  assert.deepEqual([await first, await second, removed], [true, false, ['first']]);
});
