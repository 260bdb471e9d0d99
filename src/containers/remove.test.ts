import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { Filters } from '../lib/filters.ts';
import { createRequest, running, testEngine } from './testing/test-engine.ts';

test('a container that runs is removed only by force, and then nothing of it stays', async (t) => {
  const engine = await testEngine(t);
  const id = await running(engine, 'web');
  await assert.rejects(engine.containers.remove('web', { force: false, link: false }), {
    message: 'cannot remove container "/web": container is running: stop the container before removing or force remove',
  });
  await engine.containers.remove('web', { force: true, link: false });
  assert.deepEqual(engine.events.slice(2), ['kill signal=9', 'die execDuration=0 exitCode=137', 'destroy']);
  assert.deepEqual(readdirSync(join(engine.directory, 'containers')), []);
  await assert.rejects(engine.containers.remove(id, { force: true, link: false }), /No such container/);
  await engine.containers.create(createRequest('web'));
});

test('of two removals at once one is done and the other is told', async (t) => {
  const engine = await testEngine(t);
  const { id } = await engine.containers.create(createRequest('web'));
  const results = await Promise.allSettled([
    engine.containers.remove(id, { force: false, link: false }),
    engine.containers.remove(id, { force: false, link: false }),
  ]);
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length >= 1, true);
  assert.equal(engine.events.filter((event) => event === 'destroy').length, 1);
});

test('a removal that fails leaves a dead container, and the next one finishes it', async (t) => {
  const engine = await testEngine(t);
  const { id } = await engine.containers.create(createRequest('web'));
  engine.runtime.failNext = { method: 'delete', error: new Error('busy') };
  await assert.rejects(engine.containers.remove(id, { force: false, link: false }), /busy/);
  assert.equal((await engine.containers.inspect(id, { size: false })).State.Status, 'dead');
  await assert.rejects(engine.containers.start(id), (error) => isEngineError(error, 'conflict'));
  await engine.containers.remove(id, { force: false, link: false });
});

test('prune removes what does not run and matches, and counts its bytes', async (t) => {
  const engine = await testEngine(t);
  const old = await engine.containers.create(createRequest('old', { Labels: { a: '1' } }));
  await engine.containers.create(createRequest('kept', { Labels: { a: '2' } }));
  await running(engine, 'runs', { Labels: { a: '1' } });
  const filters = Filters.parse('{"label":["a=1"]}');
  assert.deepEqual(await engine.containers.prune(filters, undefined), {
    ContainersDeleted: [old.id],
    SpaceReclaimed: 5,
  });
  assert.deepEqual(await engine.containers.prune(filters, undefined), { ContainersDeleted: null, SpaceReclaimed: 0 });
});
