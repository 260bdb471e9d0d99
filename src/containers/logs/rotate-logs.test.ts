import assert from 'node:assert/strict';
import { test } from 'node:test';
import { running, testEngine } from '../testing/test-engine.ts';

test('a log that cannot be rotated is tried again after a while, until its container ends', async (t) => {
  const engine = await testEngine(t);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let attempts = 0;
  engine.runtime.reopenLog = async () => {
    attempts++;
    throw new Error('no descriptor is left');
  };
  const failures = () => engine.errors.filter((error) => /no descriptor/.test(String(error))).length;
  const id = await running(engine, 'web', {}, { LogConfig: { Type: 'json-file', Config: { 'max-size': '10k' } } });
  for (const wanted of [1, 2]) {
    while (failures() < wanted) {
      t.mock.timers.tick(10_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  engine.runtime.end(id, 0);
  while (engine.containers.find(id).state.status === 'running') await new Promise((resolve) => setImmediate(resolve));
  const before = attempts;
  t.mock.timers.tick(100_000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(attempts, before);
});
