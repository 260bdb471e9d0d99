import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostConfig } from '../../api-types/host-config.ts';
import { createRequest, running, testEngine } from '../testing/test-engine.ts';

const volumeCalls = (calls: readonly string[]) => calls.filter((call) => /Volume/.test(call));
const binds = (...Binds: string[]): Partial<HostConfig> => ({ Binds });

test('volumes are made and filled with a container, mounted with its start and let go of with its end', async (t) => {
  const engine = await testEngine(t);
  const { containers, calls, events } = engine;
  const id = await running(engine, 'web', {}, binds('data:/data', 'raw:/raw:ro,nocopy'));
  assert.deepEqual(volumeCalls(calls), [
    'createVolume data',
    'createVolume raw',
    'fillVolume data',
    'mountVolume data',
    'mountVolume raw',
  ]);
  assert.deepEqual(
    events.filter((event) => event.startsWith('mount')),
    [
      `mount container=${id} destination=/data driver=local propagation= read/write=true`,
      `mount container=${id} destination=/raw driver=local propagation= read/write=false`,
    ],
  );
  await containers.remove(id, { force: true, link: false });
  assert.deepEqual(volumeCalls(calls).slice(5).sort(), ['unmountVolume data', 'unmountVolume raw']);
});

test('a mount that fails takes back those before it', async (t) => {
  const { containers, calls } = await testEngine(t);
  const { id } = await containers.create(createRequest('web', {}, binds('data:/data', '/dev/null/below:/x')));
  await assert.rejects(containers.start(id), /error while creating mount source path '\/dev\/null\/below'/);
  assert.deepEqual(volumeCalls(calls).slice(-2), ['mountVolume data', 'unmountVolume data']);
});

test('what is wrong with one mount is found before any volume is made', async (t) => {
  const { containers, calls } = await testEngine(t);
  await assert.rejects(
    containers.create(createRequest('', {}, binds('data:/data', 'other:relative'))),
    /must be absolute/,
  );
  assert.deepEqual(volumeCalls(calls), []);
});

test('a path with a null byte is refused before anything is made', async (t) => {
  const { containers, calls } = await testEngine(t);
  const mounts = (Source: string, Target: string): Partial<HostConfig> => ({
    Mounts: [{ Type: 'bind', Source, Target }],
  });
  for (const host of [binds('data:/x\0y'), binds('/a\0:/x'), mounts('/tmp\0', '/x'), mounts('/tmp', '/x\0')]) {
    await assert.rejects(containers.create(createRequest('', {}, host)), /must not hold a null byte/);
  }
  assert.deepEqual(volumeCalls(calls), []);
});

test('nothing lies over /proc, whoever asks for it, but what shows less of the host', async (t) => {
  const { containers } = await testEngine(t, { Volumes: { '/proc/self/attr': {} } });
  const create = (host: Partial<HostConfig>, name = '') => containers.create(createRequest(name, {}, host));
  await assert.rejects(create({}), /"\/proc\/self\/attr" cannot be mounted because it is inside \/proc/);
  const engine = await testEngine(t);
  for (const host of [
    binds('data:/proc/'),
    binds('/:/proc'),
    binds('/tmp:/x/../proc/sys'),
    { Tmpfs: { '/proc/acpi': '' } },
  ]) {
    await assert.rejects(engine.containers.create(createRequest('', {}, host)), /cannot be mounted because/);
  }
  await engine.containers.create(createRequest('shown', {}, binds('/proc:/proc', '/srv/meminfo:/proc/meminfo')));
});

test('only volumes that nobody has named go with their container', async (t) => {
  const engine = await testEngine(t, { Volumes: { '/of-image': {}, '/data': {} } });
  const { id } = await engine.containers.create(createRequest('web', {}, binds('data:/data')));
  const { Mounts } = await engine.containers.inspect(id, { size: false });
  assert.deepEqual(
    Mounts.map(({ Destination, Name }) => [Destination, Name]),
    [
      ['/data', 'data'],
      ['/of-image', 'f'.repeat(64)],
    ],
  );
  await engine.containers.remove(id, { force: false, link: false, volumes: true });
  assert.deepEqual(
    engine.calls.filter((call) => call.startsWith('removeVolume')),
    [`removeVolume ${'f'.repeat(64)}`],
  );
});
