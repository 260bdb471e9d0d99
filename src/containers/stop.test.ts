import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { running, testEngine } from './testing/test-engine.ts';

test('stop sends the signal of the container and returns when it has ended', async (t) => {
  const engine = await testEngine(t);
  const id = await running(engine, 'web', { StopSignal: 'SIGTERM' });
  await engine.containers.stop('web', {});
  await settled();
  assert.deepEqual(engine.events.slice(2), ['kill signal=15', 'stop', 'die execDuration=0 exitCode=143']);
  await assert.rejects(engine.containers.stop(id, {}), (error) => isEngineError(error, 'not_modified'));
});

test('what does not end in time is killed', async (t) => {
  const engine = await testEngine(t);
  engine.runtime.ignoresTerm = true;
  await running(engine, 'web');
  await engine.containers.stop('web', { timeoutSeconds: 0 });
  await settled();
  assert.deepEqual(engine.events.slice(2), [
    'kill signal=15',
    'kill signal=9',
    'stop',
    'die execDuration=0 exitCode=137',
  ]);
});

test('signals are names or numbers, and refused with the texts that clients know', async (t) => {
  const engine = await testEngine(t);
  await running(engine, 'web');
  const refusals = {
    nope: 'invalid signal: nope',
    0: 'invalid signal: 0',
    99: 'the linux daemon does not support signal 99',
  };
  for (const [signal, text] of Object.entries(refusals)) {
    await assert.rejects(engine.containers.kill('web', signal), { message: `cannot kill container: web: ${text}` });
  }
  await engine.containers.kill('web', 'usr1');
  await engine.containers.kill('web', 'SIGRTMIN+1');
  assert.deepEqual(engine.events.slice(2), ['kill signal=10', 'kill signal=35']);
  await engine.containers.kill('web', '');
  await assert.rejects(engine.containers.kill('web', ''), (error) => isEngineError(error, 'conflict'));
});

test('a restart stops and starts, and keeps an AutoRemove container', async (t) => {
  const engine = await testEngine(t);
  const id = await running(engine, 'web', {}, { AutoRemove: true });
  await engine.containers.restart(id, {});
  assert.equal((await engine.containers.inspect(id, { size: false })).State.Status, 'running');
  assert.deepEqual(
    engine.events.map((event) => event.split(' ', 1)[0]),
    ['create', 'start', 'kill', 'stop', 'die', 'start', 'restart'],
  );
});

/** What was set going has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
