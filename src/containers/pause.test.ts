import assert from 'node:assert/strict';
import { test } from 'node:test';
import { running, testEngine } from './testing/test-engine.ts';

test('a container is paused once, unpaused once, and both are reported', async (t) => {
  const { containers, runtime, events, ...engine } = await testEngine(t);
  const id = await running({ containers, runtime, events, ...engine }, 'web');
  await containers.pause(id);
  assert.equal(containers.find(id).state.status, 'paused');
  await assert.rejects(containers.pause(id), { kind: 'conflict', message: `Container ${id} is already paused` });
  await containers.unpause(id);
  assert.equal(containers.find(id).state.status, 'running');
  await assert.rejects(containers.unpause(id), { kind: 'internal', message: `Container ${id} is not paused` });
  assert.deepEqual(events.slice(2), ['pause', 'unpause']);
});

test('a pause that fails leaves the container running', async (t) => {
  const engine = await testEngine(t);
  const id = await running(engine, 'web');
  engine.runtime.failNext = { method: 'pause', error: new Error('no freezer') };
  await assert.rejects(engine.containers.pause(id), { message: `cannot pause container ${id}: no freezer` });
  assert.equal(engine.containers.find(id).state.status, 'running');
});

test('a signal that ends a container lets it go on first, and another one does not', async (t) => {
  const engine = await testEngine(t);
  engine.runtime.ignoresTerm = true;
  const id = await running(engine, 'web', { StopSignal: 'SIGTERM' });
  await engine.containers.pause(id);
  await engine.containers.kill(id, 'SIGUSR1');
  assert.equal(engine.containers.find(id).state.status, 'paused');
  await engine.containers.kill(id, 'SIGTERM');
  assert.equal(engine.containers.find(id).state.status, 'running');
  assert.deepEqual(engine.events.slice(2), ['pause', 'kill signal=10', 'kill signal=15', 'unpause']);
});

test('a crash between the freeze and its commit is seen by the next daemon, and so is one between thaw and commit', async (t) => {
  const before = await testEngine(t);
  const [frozen, thawed] = [await running(before, 'frozen'), await running(before, 'thawed')];
  await before.runtime.pause(frozen);
  await before.containers.pause(thawed);
  await before.runtime.resume(thawed);
  const after = await before.restart();
  await after.containers.recover();
  const status = (id: typeof frozen) => after.containers.find(id).state.status;
  assert.deepEqual([status(frozen), status(thawed)], ['paused', 'running']);
});

test('containers that stand still for the engine go on with the next daemon, others stay paused', async (t) => {
  const before = await testEngine(t);
  const [read, frozen, user] = [
    await running(before, 'read'),
    await running(before, 'frozen'),
    await running(before, 'user'),
  ];
  await before.containers.standStill([read]);
  await before.containers.pause(user);
  // The daemon dies while the processes are being stopped.
  const die = { method: 'pause', error: new Error('killed') } as const;
  before.runtime.failNext = die;
  await assert.rejects(before.containers.standStill([frozen]));
  await before.runtime.pause(frozen);
  const after = await before.restart();
  const { finish } = await after.containers.recover();
  await finish();
  const status = (id: typeof read) => after.containers.find(id).state.status;
  assert.deepEqual([status(read), status(frozen), status(user)], ['running', 'running', 'paused']);
});

test('those that stand still go on together, whatever has become of one of them', async (t) => {
  const engine = await testEngine(t);
  const [one, two] = [await running(engine, 'one'), await running(engine, 'two')];
  const goOn = await engine.containers.standStill([one, two]);
  await engine.containers.remove(one, { force: true, volumes: false, link: false });
  await goOn();
  assert.equal(engine.containers.find(two).state.status, 'running');
  const again = await engine.containers.standStill([two]);
  await engine.containers.unpause(two);
  await engine.containers.pause(two);
  await again();
  assert.equal(engine.containers.find(two).state.status, 'paused', 'it is paused by somebody else now');
});
