import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ContainerId } from '../lib/ids.ts';
import { createRequest, running, type TestEngine, testEngine } from './testing/test-engine.ts';

const never = new AbortController().signal;

/** As the daemon does it at its start. */
async function recover({ containers, runtime }: TestEngine): Promise<ReadonlySet<ContainerId>> {
  const { running: adopted, finish } = await containers.recover();
  await runtime.sweep(adopted);
  await finish();
  return adopted;
}

test('a container that runs on is adopted, and its exit is handled', async (t) => {
  const before = await testEngine(t);
  const id = await running(before, 'web');
  const after = await before.restart();
  assert.deepEqual([...(await recover(after))], [id]);
  const { outcome } = after.containers.wait(id, '', never);
  after.runtime.end(id, 6);
  assert.equal((await outcome).exitCode, 6);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  assert.deepEqual(after.events, ['die execDuration=0 exitCode=6']);
});

test('a container that ended without a daemon has its real exit code and time', async (t) => {
  const before = await testEngine(t);
  const id = await running(before, 'web');
  before.runtime.wait = () => new Promise(() => undefined);
  const after = await before.restart();
  const finishedAt = new Date(Date.now() + 3000);
  after.runtime.processes.set(id, {
    status: 'exited',
    exit: Promise.withResolvers(),
    result: { exitCode: 9, oomKilled: true, finishedAt },
    streams: [],
  });
  assert.equal((await recover(after)).size, 0);
  const { State } = await after.containers.inspect(id, { size: false });
  assert.deepEqual([State.Status, State.ExitCode, State.OOMKilled], ['exited', 9, true]);
  assert.equal(State.FinishedAt, finishedAt.toISOString().replace(/0+Z$/, 'Z'));
});

test('a container that left nothing has exited with 255, and says why', async (t) => {
  const before = await testEngine(t);
  const id = await running(before, 'web');
  before.runtime.processes.clear();
  const after = await before.restart();
  await recover(after);
  const { State } = await after.containers.inspect(id, { size: false });
  assert.deepEqual([State.Status, State.ExitCode], ['exited', 255]);
  assert.match(State.Error, /left no exit status/);
  await after.containers.start(id);
});

test('a start that was cut short before its process ran is as if it had not been asked for', async (t) => {
  const before = await testEngine(t);
  const { id } = await before.containers.create(createRequest('web'));
  before.runtime.start = () => new Promise(() => undefined);
  void before.containers.start(id);
  await until(() => before.runtime.processes.get(id)?.status === 'created');
  const after = await before.restart();
  assert.equal((await recover(after)).size, 0);
  assert.equal((await after.containers.inspect(id, { size: false })).State.Status, 'created');
  assert.equal(after.runtime.processes.size, 0);
});

test('a start that was cut short after its process ran is adopted with the time of that start', async (t) => {
  const before = await testEngine(t);
  const { id } = await before.containers.create(createRequest('web'));
  before.runtime.start = async (started) => {
    const process = before.runtime.processes.get(started);
    if (process !== undefined) process.status = 'running';
    return new Promise(() => undefined);
  };
  void before.containers.start(id);
  await until(() => before.runtime.processes.get(id)?.status === 'running');
  const after = await before.restart();
  assert.deepEqual([...(await recover(after))], [id]);
  const { State } = await after.containers.inspect(id, { size: false });
  assert.equal(State.Status, 'running');
  assert.ok(Math.abs(Date.parse(State.StartedAt) - Date.now()) < 60_000);
});

test('a removal that was cut short is finished, and AutoRemove containers that ended meanwhile go', async (t) => {
  const before = await testEngine(t);
  const removing = await before.containers.create(createRequest('removing'));
  before.runtime.delete = () => new Promise(() => undefined);
  void before.containers.remove(removing.id, { force: false, link: false });
  const automatic = await running(before, 'automatic', {}, { AutoRemove: true });
  const after = await before.restart();
  after.runtime.delete = async (id) => void after.runtime.processes.delete(id);
  after.runtime.processes.delete(automatic);
  await recover(after);
  assert.deepEqual(after.containers.records(), []);
  assert.deepEqual(after.errors, []);
});

test('a folder without a record goes', async (t) => {
  const before = await testEngine(t);
  const orphan = join(before.directory, 'containers', 'orphan');
  mkdirSync(orphan);
  await recover(await before.restart());
  assert.equal(existsSync(orphan), false);
});

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(setImmediate);
}
