import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerUpdate } from '../../api-types/container-update.ts';
import type { ContainerId } from '../../lib/ids.ts';
import { running, type TestEngine, testEngine } from '../testing/test-engine.ts';

const never = new AbortController().signal;
const ALWAYS = { RestartPolicy: { Name: 'always', MaximumRetryCount: 0 } };

function stateOf({ containers }: TestEngine, id: ContainerId) {
  const { state, restartCount } = containers.find(id);
  return { status: state.status, exitCode: state.exitCode, restartCount };
}

/** Everything that an exit sets going has come to rest: the container waits for its time. */
async function ends({ containers, runtime }: TestEngine, id: ContainerId, exitCode: number): Promise<void> {
  const { outcome } = containers.wait(id, 'next-exit', never);
  runtime.end(id, exitCode);
  assert.equal((await outcome).exitCode, exitCode);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

async function recover({ containers, runtime }: TestEngine): Promise<void> {
  const { running: adopted, finish } = await containers.recover();
  await runtime.sweep(adopted);
  await finish();
  await containers.startByPolicy();
}

test('a container waits for its time, is started again, and counts it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const engine = await testEngine(t);
  const id = await running(engine, 'web', {}, ALWAYS);
  await ends(engine, id, 3);
  assert.deepEqual(stateOf(engine, id), { status: 'restarting', exitCode: 3, restartCount: 1 });
  t.mock.timers.tick(99);
  assert.equal(stateOf(engine, id).status, 'restarting');
  t.mock.timers.tick(1);
  await engine.containers.start(id).catch(() => undefined);
  assert.deepEqual(stateOf(engine, id), { status: 'running', exitCode: 0, restartCount: 1 });
  assert.deepEqual(engine.events, ['create', 'start', 'die execDuration=0 exitCode=3', 'start']);
});

test('stopping one that waits ends the wait, tells who waits, and reports no signal', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const engine = await testEngine(t);
  const id = await running(engine, 'web', {}, ALWAYS);
  await ends(engine, id, 3);
  const { outcome } = engine.containers.wait(id, '', never);
  await engine.containers.stop(id, {});
  assert.equal((await outcome).exitCode, 3);
  t.mock.timers.tick(60_000);
  assert.deepEqual(stateOf(engine, id), { status: 'exited', exitCode: 3, restartCount: 1 });
  assert.deepEqual(engine.events.slice(2), ['die execDuration=0 exitCode=3', 'stop']);
});

test('what somebody stops is not restarted, and started again it is as new', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const engine = await testEngine(t);
  const id = await running(engine, 'web', {}, ALWAYS);
  await engine.containers.stop(id, {});
  assert.equal(stateOf(engine, id).status, 'exited');
  await engine.containers.start(id);
  await ends(engine, id, 0);
  assert.deepEqual(stateOf(engine, id), { status: 'restarting', exitCode: 0, restartCount: 1 });
});

test('a restart that cannot be made leaves the container as its last run did, and says why', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const engine = await testEngine(t);
  const id = await running(engine, 'web', {}, ALWAYS);
  await ends(engine, id, 3);
  engine.runtime.failNext = { method: 'create', error: new Error('no room') };
  t.mock.timers.tick(100);
  await engine.containers.wait(id, '', never).outcome;
  assert.deepEqual(stateOf(engine, id), { status: 'exited', exitCode: 3, restartCount: 1 });
  assert.equal(engine.containers.find(id).state.error, 'no room');
});

test('what waits is removed by force, and refuses what needs a process', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const engine = await testEngine(t);
  const id = await running(engine, 'web', {}, ALWAYS);
  await ends(engine, id, 3);
  await assert.rejects(engine.containers.pause(id), /is restarting, wait until the container is running$/);
  await assert.rejects(engine.containers.unpause(id), /is not paused$/);
  await assert.rejects(engine.containers.remove(id, { force: false, link: false }), /container is restarting: stop/);
  await engine.containers.remove(id, { force: true, link: false });
  assert.equal(engine.events.at(-1), 'destroy');
});

test('a new daemon starts what waited, and what a reboot has ended, unless somebody had stopped it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const before = await testEngine(t);
  const policy = (Name: string) => ({ RestartPolicy: { Name, MaximumRetryCount: 0 } });
  const waits = await running(before, 'waits', {}, ALWAYS);
  await ends(before, waits, 3);
  const lost = await running(before, 'lost', {}, policy('on-failure'));
  const plain = await running(before, 'plain');
  const stopped = await running(before, 'stopped', {}, policy('unless-stopped'));
  const stoppedAlways = await running(before, 'stopped-always', {}, ALWAYS);
  await before.containers.stop(stopped, {});
  await before.containers.stop(stoppedAlways, {});
  before.runtime.processes.clear();
  const after = await before.restart();
  await recover(after);
  const status = (id: ContainerId) => stateOf(after, id).status;
  assert.deepEqual([waits, lost, plain, stopped, stoppedAlways].map(status), [
    'running',
    'running',
    'exited',
    'exited',
    'running',
  ]);
  assert.deepEqual(stateOf(after, waits).restartCount, 0);
});

test('a policy that is changed counts from the next exit on', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const engine = await testEngine(t);
  const id = await running(engine, 'web', {}, ALWAYS);
  const update = { ...containerUpdate.zero(), RestartPolicy: { Name: 'no', MaximumRetryCount: 0 } };
  assert.deepEqual(await engine.containers.update(id, update), {
    Warnings: null,
  });
  await ends(engine, id, 3);
  assert.deepEqual(stateOf(engine, id), { status: 'exited', exitCode: 3, restartCount: 0 });
});
