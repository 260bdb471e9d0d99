import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerConfig } from '../../api-types/container-config.ts';
import type { ContainerId } from '../../lib/ids.ts';
import { running, type TestEngine, testEngine } from '../testing/test-engine.ts';

const never = new AbortController().signal;
const check = (change: object = {}): Partial<ContainerConfig> => ({
  Healthcheck: { Test: ['CMD', 'check'], Interval: 1e9, Timeout: 5e8, Retries: 1, ...change },
});

const SEEN_LIMIT_MS = 10_000;

/** Lets everything run that needs no timer. For what must not happen; what must, is waited for by `seen`. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits, on the real clock, for work that reads files on its way: however long the threads of the pool take. */
async function seen<T>(probe: () => T | undefined | false): Promise<T> {
  for (const end = performance.now() + SEEN_LIMIT_MS; performance.now() < end; await rest()) {
    const value = probe();
    if (value !== undefined && value !== false) return value;
  }
  assert.fail('it never came');
}

/** The exec that runs now: there is never more than one in these tests. */
function probeOf({ runtime }: TestEngine, id: ContainerId): string | undefined {
  const running = [...runtime.processes].filter(([key, { status }]) => key !== id && status === 'running');
  assert.ok(running.length <= 1, 'more than one probe');
  return running[0]?.[0];
}

function healthOf({ containers }: TestEngine, id: ContainerId) {
  return containers.find(id).state.health;
}

const withoutIds = (events: readonly string[]) => events.map((event) => event.replace(/ execID=\w+/, ''));

test('a probe is an exec, and its result is kept and reported', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const engine = await testEngine(t);
  const id = await running(engine, 'web', check());
  assert.equal(healthOf(engine, id)?.status, 'starting');
  t.mock.timers.tick(1000);
  const probe = await seen(() => probeOf(engine, id));
  engine.runtime.processes.get(probe)?.streams[0]?.say('fine');
  await rest();
  engine.runtime.end(probe, 0);
  await seen(() => healthOf(engine, id)?.log.length === 1);
  await rest();
  assert.deepEqual(
    healthOf(engine, id)?.log.map(({ exitCode, output }) => ({ exitCode, output })),
    [{ exitCode: 0, output: 'fine' }],
  );
  assert.deepEqual(withoutIds(engine.events.slice(2)), [
    'exec_create: check ',
    'exec_start: check ',
    'exec_die exitCode=0',
    'health_status: healthy',
  ]);
});

test('a probe that takes too long is killed, counts as a failure, and none begins beside it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const engine = await testEngine(t);
  const id = await running(engine, 'web', check());
  t.mock.timers.tick(1000);
  await seen(() => probeOf(engine, id));
  t.mock.timers.tick(499);
  await rest();
  assert.ok(probeOf(engine, id));
  t.mock.timers.tick(1);
  await seen(() => healthOf(engine, id)?.status === 'unhealthy');
  assert.equal(probeOf(engine, id), undefined);
  assert.equal(healthOf(engine, id)?.status, 'unhealthy');
  assert.equal(healthOf(engine, id)?.log[0]?.output, 'Health check exceeded timeout (500ms)');
});

test('output is kept up to 4096 bytes', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const engine = await testEngine(t);
  const id = await running(engine, 'web', check());
  t.mock.timers.tick(1000);
  const probe = await seen(() => probeOf(engine, id));
  const stream = engine.runtime.processes.get(probe)?.streams[0];
  for (let piece = 0; piece < 5; piece++) stream?.say('x'.repeat(1000), piece % 2 === 0 ? 'stdout' : 'stderr');
  await rest();
  engine.runtime.end(probe, 0);
  await seen(() => healthOf(engine, id)?.log.length === 1);
  await rest();
  assert.equal(healthOf(engine, id)?.log[0]?.output, `${'x'.repeat(4096)}...`);
});

test('a probe that cannot be run is a failure with the reason', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const engine = await testEngine(t);
  const id = await running(engine, 'web', check({ Test: ['CMD', 'missing'] }));
  t.mock.timers.tick(1000);
  const result = await seen(() => healthOf(engine, id)?.log[0]);
  assert.deepEqual([result.exitCode, result.output], [-1, 'executable file not found in $PATH']);
});

test('nothing is checked while a container is paused or after its end, and a running probe goes with it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const engine = await testEngine(t);
  const id = await running(engine, 'web', check());
  t.mock.timers.tick(1000);
  await seen(() => probeOf(engine, id));
  await engine.containers.pause(id);
  await seen(() => probeOf(engine, id) === undefined);
  t.mock.timers.tick(10_000);
  await rest();
  assert.equal(probeOf(engine, id), undefined);
  assert.deepEqual([healthOf(engine, id)?.status, healthOf(engine, id)?.log.length], ['unhealthy', 0]);
  await engine.containers.unpause(id);
  t.mock.timers.tick(1000);
  await seen(() => probeOf(engine, id));
  const { outcome } = engine.containers.wait(id, 'next-exit', never);
  engine.runtime.end(id, 0);
  await outcome;
  await rest();
  t.mock.timers.tick(10_000);
  await rest();
  assert.equal(probeOf(engine, id), undefined);
});

test('a new daemon ends the probe that the one before has left, and goes on where it was', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const before = await testEngine(t);
  const id = await running(before, 'web', check());
  t.mock.timers.tick(1000);
  const left = await seen(() => probeOf(before, id));
  const after = await before.restart();
  const { finish } = await after.containers.recover();
  await finish();
  assert.equal(healthOf(after, id)?.status, 'starting');
  t.mock.timers.tick(1000);
  await seen(() => !after.runtime.processes.has(left));
});
