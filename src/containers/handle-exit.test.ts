import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { running, testEngine } from './testing/test-engine.ts';

const never = new AbortController().signal;

test('an exit is recorded with its code and time, what it used is released, and all who wait are told', async (t) => {
  const engine = await testEngine(t);
  const id = await running(engine, 'web');
  const waits = ['', 'not-running', 'next-exit'].map((condition) => engine.containers.wait(id, condition, never));
  const finishedAt = new Date(Date.now() + 2500);
  engine.runtime.end(id, 3, finishedAt);
  for (const { outcome } of waits) assert.equal((await outcome).exitCode, 3);
  const { State, NetworkSettings } = await engine.containers.inspect(id, { size: false });
  assert.deepEqual([State.Status, State.ExitCode, State.Pid], ['exited', 3, 0]);
  assert.equal(State.FinishedAt, finishedAt.toISOString().replace(/0+Z$/, 'Z'));
  assert.equal(NetworkSettings.IPAddress, '');
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  assert.equal(engine.events.at(-1), 'die execDuration=2 exitCode=3');
});

test('an AutoRemove container is gone when its removal is reported', async (t) => {
  const engine = await testEngine(t);
  const id = await running(engine, 'web', {}, { AutoRemove: true });
  const { outcome } = engine.containers.wait(id, 'removed', never);
  engine.runtime.end(id, 7);
  assert.equal((await outcome).exitCode, 7);
  assert.throws(() => engine.containers.find(id), /No such container/);
  assert.deepEqual(engine.events.slice(-2), ['die execDuration=0 exitCode=7', 'destroy']);
  assert.ok(engine.calls.includes('removeWritable'));
});

test('a container that has ended can be started again, and its next exit is another one', async (t) => {
  const engine = await testEngine(t);
  const id = await running(engine, 'web');
  const first = engine.containers.wait(id, 'next-exit', never);
  engine.runtime.end(id, 1);
  await first.outcome;
  await engine.containers.start(id);
  const second = engine.containers.wait(id, 'next-exit', never);
  engine.runtime.end(id, 2);
  assert.equal((await second.outcome).exitCode, 2);
});

test('a wait that is given up leaves nothing, and one for what has ended is answered at once', async (t) => {
  const engine = await testEngine(t);
  const id = await running(engine, 'web');
  const gone = new AbortController();
  const { outcome } = engine.containers.wait(id, '', gone.signal);
  gone.abort();
  await assert.rejects(outcome);
  const last = engine.containers.wait(id, '', never);
  engine.runtime.end(id, 4);
  await last.outcome;
  assert.equal((await engine.containers.wait(id, '', never).outcome).exitCode, 4);
  assert.throws(() => engine.containers.wait(id, 'nope', never), /invalid condition: "nope"/);
});

test('a kill for lack of memory is told once, when it happens', async (t) => {
  const engine = await testEngine(t);
  const id = await running(engine, 'short', {}, { Memory: 20_000_000 });
  engine.runtime.outOfMemory.get(id)?.();
  assert.equal(engine.containers.find(id).state.oomKilled, true);
  const { outcome } = engine.containers.wait(id, 'next-exit', never);
  engine.runtime.end(id, 137, new Date(), true);
  await outcome;
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  assert.ok(engine.events.at(-1)?.startsWith('die '));
  assert.equal(engine.events.filter((event) => event === 'oom').length, 1);
});

test('a lack of memory that cannot be recorded is told with the end of its container', async (t) => {
  const engine = await testEngine(t);
  const id = await running(engine, 'short', {}, { Memory: 20_000_000 });
  const other = new DatabaseSync(join(engine.directory, 'state.db'));
  other.exec('BEGIN IMMEDIATE'); // nobody else can write
  engine.runtime.outOfMemory.get(id)?.();
  other.exec('ROLLBACK');
  other.close();
  assert.match(String(engine.errors.at(-1)), /locked/);
  const { outcome } = engine.containers.wait(id, 'next-exit', never);
  engine.runtime.end(id, 137, new Date(), true);
  await outcome;
  assert.equal(engine.containers.find(id).state.oomKilled, true);
});

test('a container whose memory and log cannot be watched runs, and its exit is seen', async (t) => {
  const engine = await testEngine(t);
  engine.runtime.onOutOfMemory = () => {
    throw new Error('no more files can be watched');
  };
  const id = await running(engine, 'web', {}, { Memory: 20_000_000 });
  assert.match(String(engine.errors.at(-1)), /no more files can be watched/);
  const { outcome } = engine.containers.wait(id, 'not-running', never);
  engine.runtime.end(id, 6);
  assert.equal((await outcome).exitCode, 6);
});

test('an exit that cannot be waited for is asked for again', async (t) => {
  const engine = await testEngine(t);
  const wait = engine.runtime.wait.bind(engine.runtime);
  let failures = 2;
  engine.runtime.wait = async (id) => {
    if (failures-- > 0) throw new Error('no descriptor is left');
    return wait(id);
  };
  const id = await running(engine, 'web');
  const { outcome } = engine.containers.wait(id, 'not-running', never);
  engine.runtime.end(id, 4);
  assert.equal((await outcome).exitCode, 4);
  assert.equal(engine.errors.filter((error) => /no descriptor/.test(String(error))).length, 2);
});

test('an exit that cannot be recorded is tried again, and who waits for it gets its code', async (t) => {
  const engine = await testEngine(t);
  const id = await running(engine, 'web');
  const { outcome } = engine.containers.wait(id, 'not-running', never);
  const other = new DatabaseSync(join(engine.directory, 'state.db'));
  other.exec('BEGIN IMMEDIATE'); // nobody else can write
  engine.runtime.end(id, 5);
  const failed = () => engine.errors.some((error) => /locked/.test(String(error)));
  while (!failed()) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(engine.containers.find(id).state.status, 'running');
  other.exec('ROLLBACK');
  other.close();
  assert.equal((await outcome).exitCode, 5);
  assert.equal(engine.containers.find(id).state.status, 'exited');
});
