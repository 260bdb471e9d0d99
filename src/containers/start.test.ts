import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EngineError, invalidArgument, isEngineError } from '../errors/engine-error.ts';
import { createRequest, running, testEngine } from './testing/test-engine.ts';

test('a start makes the files, the network and the process, and says so', async (t) => {
  const engine = await testEngine(t);
  const id = await running(engine, 'web');
  const { State, HostnamePath, NetworkSettings } = await engine.containers.inspect(id, { size: false });
  assert.equal(State.Status, 'running');
  assert.equal(State.Pid, 100);
  assert.notEqual(State.StartedAt, '0001-01-01T00:00:00Z');
  assert.equal(readFileSync(HostnamePath, 'utf8'), `${id.slice(0, 12)}\n`);
  assert.equal(NetworkSettings.IPAddress, '172.17.0.2');
  assert.deepEqual(engine.events, ['create', 'start']);
});

test('a container that runs is not started again', async (t) => {
  const engine = await testEngine(t);
  const id = await running(engine, 'web');
  await assert.rejects(engine.containers.start(id), (error) => isEngineError(error, 'not_modified'));
  assert.equal(engine.runtime.calls.filter((call) => call === 'create').length, 1);
});

test('two starts at once start it once', async (t) => {
  const engine = await testEngine(t);
  const { id } = await engine.containers.create(createRequest('web'));
  const results = await Promise.allSettled([engine.containers.start(id), engine.containers.start(id)]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
});

test('a command that cannot run leaves nothing behind but the exit code 127 and the reason', async (t) => {
  const engine = await testEngine(t);
  engine.runtime.failNext = {
    method: 'create',
    error: invalidArgument('exec: "x": executable file not found in $PATH'),
  };
  const { id } = await engine.containers.create(createRequest('web'));
  await assert.rejects(engine.containers.start(id), /executable file not found/);
  const { State } = await engine.containers.inspect(id, { size: false });
  assert.deepEqual([State.Status, State.ExitCode, State.Running], ['created', 127, false]);
  assert.match(State.Error, /executable file not found/);
  assert.deepEqual(engine.calls.slice(-2).sort(), ['disconnect', 'unmountWritable']);
  assert.deepEqual(engine.events, ['create']);
});

test('an AutoRemove container that cannot be started is removed, and those who wait for that are told', async (t) => {
  const engine = await testEngine(t);
  engine.runtime.failNext = { method: 'start', error: new EngineError('internal', 'no') };
  const { id } = await engine.containers.create(createRequest('web', {}, { AutoRemove: true }));
  const { outcome } = engine.containers.wait(id, 'removed', new AbortController().signal);
  await assert.rejects(engine.containers.start(id), /no/);
  assert.equal((await outcome).exitCode, 128);
  assert.throws(() => engine.containers.find(id), /No such container/);
});

test('a failed start and a failed clean-up are both reported', async (t) => {
  const engine = await testEngine(t);
  const { id } = await engine.containers.create(createRequest('web'));
  const { runtime } = engine;
  runtime.failNext = {
    method: 'create',
    error: new Error('broken'),
    thenFail: { method: 'delete', error: new Error('stuck') },
  };
  await assert.rejects(
    engine.containers.start(id),
    (error) => error instanceof AggregateError && error.errors.length === 2 && /broken/.test(error.message),
  );
  await engine.containers.start(id);
});

test('the folder of a container is where its log goes', async (t) => {
  const engine = await testEngine(t);
  const id = await running(engine, 'web');
  const { LogPath } = await engine.containers.inspect(id, { size: false });
  assert.equal(LogPath, join(engine.directory, 'containers', id, 'container.log'));
});
