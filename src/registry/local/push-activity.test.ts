import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { RepositoryName } from '../names.ts';
import { uploadUnknown } from '../registry-error.ts';
import { PushActivity } from './push-activity.ts';

const name = 'app' as RepositoryName;
const GRACE_MS = 1000;
const DAY_MS = 24 * 3600 * 1000;

test('while a push goes on, what came since its beginning is needed, however long ago that was', async (t) => {
  mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  t.after(() => mock.timers.reset());
  const pushes = new PushActivity(GRACE_MS);
  assert.equal(pushes.neededSinceMs(name), 999_000);
  await pushes.during(name, () => Promise.resolve());
  for (let part = 0; part < 5; part++) {
    mock.timers.tick(900);
    await pushes.during(name, () => Promise.resolve());
  }
  assert.equal(pushes.neededSinceMs(name), 1_000_000);
  mock.timers.tick(GRACE_MS);
  assert.equal(pushes.neededSinceMs(name), Date.now() - GRACE_MS, 'after a pause of the grace the push is over');
});

test('one long request keeps a push going, and no push counts for more than a day', async (t) => {
  mock.timers.enable({ apis: ['Date'], now: 2 * DAY_MS });
  t.after(() => mock.timers.reset());
  const pushes = new PushActivity(GRACE_MS);
  const { promise, resolve } = Promise.withResolvers<void>();
  const upload = pushes.during(name, () => promise);
  mock.timers.tick(DAY_MS / 2);
  assert.equal(pushes.neededSinceMs(name), 2 * DAY_MS);
  mock.timers.tick(DAY_MS);
  assert.equal(pushes.neededSinceMs(name), Date.now() - DAY_MS);
  resolve();
  await upload;
});

test('what is refused begins no push, and ends none', async (t) => {
  mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  t.after(() => mock.timers.reset());
  const pushes = new PushActivity(100);
  const refused = () => assert.rejects(pushes.during(name, () => Promise.reject(uploadUnknown())));
  await refused();
  mock.timers.tick(50);
  assert.equal(pushes.neededSinceMs(name), Date.now() - 100, 'there is no push');
  const startedMs = Date.now();
  await pushes.during(name, () => Promise.resolve());
  mock.timers.tick(90);
  await refused();
  mock.timers.tick(5);
  assert.equal(pushes.neededSinceMs(name), Math.min(startedMs, Date.now() - 100), 'the push goes on');
  // A connection that broke has brought something.
  await assert.rejects(pushes.during(name, () => Promise.reject(new Error('reset'))));
  mock.timers.tick(99);
  assert.equal(pushes.neededSinceMs(name), startedMs);
});
