import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { createRequest, testEngine } from './testing/test-engine.ts';

test('a container takes from its image what it is not given', async (t) => {
  const engine = await testEngine(t, {
    Cmd: ['image', 'command'],
    Entrypoint: ['/entry'],
    Env: ['A=image', 'B=image'],
    Labels: { from: 'image', both: 'image' },
    WorkingDir: '/work/',
    User: 'nobody',
    StopSignal: 'SIGQUIT',
  });
  const { id } = await engine.containers.create(
    createRequest('one', { Cmd: null, Env: ['A=own'], Labels: { both: 'own' } }),
  );
  const { Config: config, Path, Args } = await engine.containers.inspect(id, { size: false });
  assert.deepEqual([Path, Args], ['/entry', ['image', 'command']]);
  assert.deepEqual(config.Env, ['A=own', 'B=image']);
  assert.deepEqual(config.Labels, { from: 'image', both: 'own' });
  assert.deepEqual([config.WorkingDir, config.User, config.StopSignal], ['/work', 'nobody', 'SIGQUIT']);
  assert.equal(config.Hostname, id.slice(0, 12));
});

test('an entrypoint of its own sets the image command aside, and an empty one resets it', async (t) => {
  const engine = await testEngine(t, { Cmd: ['image'], Entrypoint: ['/entry'] });
  const own = await engine.containers.create(createRequest('own', { Cmd: null, Entrypoint: ['/own'] }));
  assert.deepEqual((await engine.containers.inspect(own.id, { size: false })).Args, []);
  const reset = await engine.containers.create(createRequest('reset', { Cmd: ['sh'], Entrypoint: [''] }));
  assert.equal((await engine.containers.inspect(reset.id, { size: false })).Path, 'sh');
});

test('a name is taken by one container at a time, also while it is being made', async (t) => {
  const engine = await testEngine(t);
  const [first, second] = await Promise.allSettled([
    engine.containers.create(createRequest('same')),
    engine.containers.create(createRequest('/same')),
  ]);
  assert.equal(first.status, 'fulfilled');
  assert.match(String((second as PromiseRejectedResult).reason), /The container name "\/same" is already in use by/);
});

test('a create that fails leaves no name, no folder and no record', async (t) => {
  const engine = await testEngine(t);
  await assert.rejects(
    engine.containers.create(createRequest('gone', { Image: 'nope' })),
    /No such image: nope:latest/,
  );
  await assert.rejects(engine.containers.create(createRequest('gone', { Cmd: [] })), /no command specified/);
  await engine.containers.create(createRequest('gone'));
  assert.equal(readdirSync(join(engine.directory, 'containers')).length, 1);
  assert.ok(existsSync(join(engine.directory, 'containers', engine.containers.find('gone').id)));
});

test('values that contradict each other are refused with the texts that clients know', async (t) => {
  const { containers } = await testEngine(t);
  const refused = [
    [{}, { Memory: 1 }, /^Minimum memory limit allowed is 6MB$/],
    [{}, { MemorySwap: 5_000_000 }, /^You should always set the Memory limit when using Memoryswap limit, see usage$/],
    [{}, { NanoCpus: 999e9 }, /^Range of CPUs is from 0\.01 to/],
    [{}, { CapAdd: ['nope'] }, /^invalid CapAdd: unknown capability: "CAP_NOPE"$/],
    [{}, { PidMode: 'x' }, /^invalid PID mode: x$/],
    [{}, { Runtime: 'x' }, /^unknown or invalid runtime name: x$/],
    [{}, { AutoRemove: true, RestartPolicy: { Name: 'always', MaximumRetryCount: 0 } }, /^can't create 'AutoRemove'/],
    [{ StopSignal: 'nope' }, {}, /^invalid signal: nope$/],
    [{ Env: ['=x'] }, {}, /^invalid environment variable: =x$/],
    [{ WorkingDir: 'x' }, {}, /^the working directory 'x' is invalid, it needs to be an absolute path$/],
  ] as const;
  for (const [config, host, text] of refused) {
    await assert.rejects(
      containers.create(createRequest('', config as object, host as object)),
      (error) => isEngineError(error, 'invalid_argument') && text.test(error.message),
    );
  }
});
