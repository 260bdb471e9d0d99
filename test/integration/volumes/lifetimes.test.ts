import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createContainer, outputOf, runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { mountsBelow, processesOf } from '../../support/leaks.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const root = () => join(daemon.dataRoot, 'volumes');
const names = async () => (await daemon.skiff(['volume', 'ls', '-q'])).split('\n').filter(Boolean);
const mounts = () => mountsBelow(root()).map((line) => line.slice(`mount ${root()}/`.length));
const sleeping = (HostConfig: object, more: object = {}) =>
  runContainer(daemon, { Cmd: ['sh', '-c', 'echo up >> /v/log; sleep 1000'], HostConfig, ...more });
const tmpfs = { type: 'tmpfs', device: 'tmpfs', o: 'size=1m' };

async function createTmpfs(name: string): Promise<void> {
  const answer = await daemon.call('POST', '/volumes/create', { body: { Name: name, DriverOpts: tmpfs } });
  assert.equal(answer.status, 201, answer.text());
}

test('volumes without a name go with rm -v and --rm, named ones never, and in use is in use', async () => {
  const config = { Volumes: { '/anonymous': {} }, HostConfig: { Binds: ['named:/v'] } };
  const first = await createContainer(daemon, config);
  const [anonymous = ''] = (await names()).filter((name) => name !== 'named');
  assert.match(anonymous, /^[0-9a-f]{64}$/);
  const refused = await daemon.call('DELETE', '/volumes/named?force=1');
  assert.equal(refused.status, 409);
  assert.equal(refused.json()['message'], `remove named: volume is in use - [${first}]`);
  await daemon.call('DELETE', `/containers/${first}`);
  assert.deepEqual((await names()).sort(), [anonymous, 'named'].sort(), 'it stays without -v');
  const second = await createContainer(daemon, config);
  await daemon.call('DELETE', `/containers/${second}?v=1`);
  assert.deepEqual((await names()).sort(), [anonymous, 'named'].sort());
  await daemon.skiff(['run', '--rm', '-v', '/anonymous', '-v', 'named:/v', 'busybox', 'true']);
  assert.deepEqual((await names()).sort(), [anonymous, 'named'].sort());
  assert.match(await daemon.skiff(['volume', 'prune', '-f']), new RegExp(`^Deleted Volumes:\n${anonymous}\n\nTotal`));
  assert.deepEqual(await names(), ['named']);
});

test('a volume with options is mounted once for all who use it, and unmounted with the last', async () => {
  await createTmpfs('memory');
  const one = await sleeping({ Binds: ['memory:/v'] });
  const two = await sleeping({ Binds: ['memory:/v:ro', 'other:/o'] }, { Cmd: ['sleep', '1000'] });
  assert.deepEqual(mounts(), ['memory/_data']);
  await daemon.skiff(['rm', '-f', one]);
  assert.deepEqual(mounts(), ['memory/_data']);
  assert.equal(await daemon.skiff(['exec', two, 'cat', '/v/log']), 'up\n', 'what it holds stays while one uses it');
  await daemon.skiff(['stop', '-t', '0', two]);
  // The end is told before everything is put away.
  await until('it is unmounted', () => mounts().length === 0);
  await daemon.skiff(['start', two]);
  assert.equal(await daemon.skiff(['exec', two, 'ls', '/v']), '', 'memory forgets with its last user');
  await daemon.skiff(['rm', '-f', two]);
  await daemon.skiff(['volume', 'rm', 'memory']);
});

test('who uses what is known after SIGKILL, and what nobody uses is unmounted', async () => {
  await createTmpfs('shared');
  await createTmpfs('alone');
  const keeper = await sleeping({ Binds: ['shared:/v', 'plain:/p'] });
  const goer = await sleeping({ Binds: ['shared:/v', 'alone:/a'] });
  const idle = await createContainer(daemon, { HostConfig: { Binds: ['idle:/i'] }, Volumes: { '/x': {} } });
  await daemon.kill();
  // It ends while no daemon looks.
  const [found = ''] = processesOf(join(daemon.execRoot, 'containers', goer));
  const monitor = /^process (\d+)/.exec(found)?.[1];
  assert.ok(monitor, 'the monitor of the container runs');
  process.kill(Number(monitor), 'SIGKILL');
  await daemon.start();
  await daemon.call('POST', `/containers/${goer}/kill`);
  await daemon.skiff(['rm', '-f', goer]);
  assert.deepEqual(mounts(), ['shared/_data']);
  for (const name of ['shared', 'plain', 'idle']) {
    assert.equal((await daemon.call('DELETE', `/volumes/${name}`)).status, 409, name);
  }
  assert.equal((await daemon.call('DELETE', '/volumes/alone')).status, 204);
  assert.equal(await daemon.skiff(['exec', keeper, 'sh', '-c', 'cat /v/log | wc -l']), '2\n');
  await daemon.skiff(['rm', '-f', '-v', keeper, idle]);
  assert.deepEqual(mounts(), []);
  assert.deepEqual(
    (await names()).filter((name) => name.length === 64),
    [],
  );
});

test('a removal that the daemon does not live to finish takes the volumes with it as well', async () => {
  for (let round = 0; round < 4; round++) {
    const id = await runContainer(daemon, { Cmd: ['sleep', '1000'], Volumes: { '/x': {}, '/y': {} } });
    const removal = daemon.call('DELETE', `/containers/${id}?force=1&v=1`);
    const outcome = Promise.allSettled([removal]);
    while ((await statusOf(id)) === 'running') continue;
    await daemon.kill();
    await outcome;
    await daemon.start();
    await daemon.call('DELETE', `/containers/${id}?force=1&v=1`);
    assert.deepEqual(
      (await names()).filter((name) => name.length === 64),
      [],
    );
  }
});

async function statusOf(id: string): Promise<string> {
  const answer = await daemon.call('GET', `/containers/${id}/json`);
  return answer.status === 200 ? answer.json<{ State: { Status: string } }>().State.Status : 'gone';
}

test('a volume whose folder was deleted by hand is shown, cannot be used, and can be removed', async () => {
  await daemon.skiff(['run', '--rm', '-v', 'lost:/v', 'busybox', 'touch', '/v/x']);
  const id = await createContainer(daemon, { Cmd: ['true'], HostConfig: { Binds: ['lost:/v'] } });
  await rm(join(root(), 'lost'), { recursive: true });
  assert.equal((await daemon.call('GET', '/volumes/lost')).status, 200);
  const started = await daemon.call('POST', `/containers/${id}/start`);
  assert.equal(started.status, 500);
  assert.match(
    started.text(),
    /the folder of volume lost is missing: put .*volumes\/lost\/_data back, or remove the volume/,
  );
  assert.equal((await daemon.call('GET', `/containers/${id}/json`)).status, 200);
  assert.equal((await daemon.call('GET', '/system/df')).status, 200);
  await daemon.call('DELETE', `/containers/${id}`);
  assert.equal((await daemon.call('DELETE', '/volumes/lost')).status, 204);
});

test('files that no row knows are a volume again, and empty leftovers go', async () => {
  await daemon.stop();
  mkdirSync(join(root(), 'forgotten/_data'), { recursive: true });
  writeFileSync(join(root(), 'forgotten/_data/precious'), 'kept');
  const random = 'ab'.repeat(32);
  mkdirSync(join(root(), random, '_data'), { recursive: true });
  writeFileSync(join(root(), random, '_data/x'), '');
  mkdirSync(join(root(), 'empty/_data'), { recursive: true });
  mkdirSync(join(root(), '.removed-half/_data'), { recursive: true });
  await daemon.start();
  const cat = { Cmd: ['cat', '/v/precious'], HostConfig: { Binds: ['forgotten:/v'] } };
  assert.equal(await outputOf(daemon, cat), 'kept');
  assert.ok(!readdirSync(root()).includes('empty') && !readdirSync(root()).includes('.removed-half'));
  assert.match(
    await daemon.skiff(['volume', 'prune', '-f']),
    new RegExp(random),
    'one with a random name is anonymous',
  );
});
