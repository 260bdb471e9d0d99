import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { clis } from '../../support/clis.ts';
import { mustRun } from '../../support/command.ts';
import { createContainer, runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { mountsBelow } from '../../support/leaks.ts';
import { tarOf } from '../../support/tar.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
let host: string;
before(async () => {
  daemon = await startDaemon();
  host = mkdtempSync('/tmp/skiff-copies-');
  mkdirSync(join(host, 'bound'));
  writeFileSync(join(host, 'bound/file'), 'of the host\n');
  writeFileSync(join(host, 'alone'), 'alone\n');
  writeFileSync(join(host, 'new'), 'new\n');
});
after(async () => {
  await daemon.close();
  await mustRun('rm', ['-rf', host]);
});

const hostConfig = (name: string) => ({
  Binds: [`${name}:/v`, `${name}-inner:/v/inner`, `${host}/bound:/b`, `${host}/alone:/etc/alone`, `${name}-ro:/ro:ro`],
  Mounts: [
    {
      Type: 'volume',
      Source: `${name}-opt`,
      Target: '/opt',
      VolumeOptions: {
        DriverConfig: { Name: 'local', Options: { type: 'none', o: 'bind', device: join(host, 'bound') } },
      },
    },
  ],
});

for (const cli of clis) {
  for (const state of ['running', 'stopped', 'never started'] as const) {
    test(`${cli.name}: copies reach into volumes and binds of a container that is ${state}`, {
      skip: cli.skip,
    }, async () => {
      const name = `cp-${cli.name}-${state.replace(' ', '-')}`;
      const config = { Cmd: ['sleep', '1000'], HostConfig: hostConfig(name) };
      const id = state === 'never started' ? await createContainer(daemon, config) : await runContainer(daemon, config);
      if (state === 'stopped') await daemon.call('POST', `/containers/${id}/kill`);
      if (state === 'stopped') await daemon.call('POST', `/containers/${id}/wait`);
      const volume = (part: string) => join(daemon.dataRoot, 'volumes', `${name}${part}`, '_data');
      const cp = async (from: string, to: string) => {
        const { status, stderr } = await cli.run(daemon, ['cp', from, to]);
        return status === 0 ? 'copied' : stderr.trim();
      };
      assert.equal(await cp(join(host, 'new'), `${id}:/v/one`), 'copied');
      assert.equal(await cp(join(host, 'new'), `${id}:/v/inner/two`), 'copied');
      assert.equal(readFileSync(join(volume(''), 'one'), 'utf8'), 'new\n');
      assert.equal(readFileSync(join(volume('-inner'), 'two'), 'utf8'), 'new\n');
      assert.deepEqual(readdirSync(join(volume(''), 'inner')), [], 'nothing went below the inner one');
      const out = join(host, `out-${name}`);
      assert.equal(await cp(`${id}:/b/file`, out), 'copied');
      assert.equal(readFileSync(out, 'utf8'), 'of the host\n');
      assert.equal(await cp(`${id}:/opt/file`, out), 'copied');
      assert.equal(await cp(`${id}:/etc/alone`, out), 'copied');
      assert.equal(readFileSync(out, 'utf8'), 'alone\n');
      const busy = await cp(join(host, 'new'), `${id}:/etc/alone`);
      assert.match(busy, /unlinkat \/etc\/alone: device or resource busy/);
      assert.match(await cp(join(host, 'new'), `${id}:/ro/x`), /mounted volume is marked read-only/);
      assert.match(await cp(`${id}:/proc/self`, out), /Could not find the file|no such file/i);
      await daemon.call('DELETE', `/containers/${id}?force=1`);
      assert.deepEqual(mountsBelow(join(daemon.dataRoot, 'volumes')), []);
    });
  }
}

test('links in volumes lead to what the container sees, never to the host', async () => {
  const config = {
    Cmd: ['sh', '-c', `ln -s ${host} /v/out; ln -s /etc /v/etc; sleep 1000`],
    HostConfig: hostConfig('links'),
  };
  const id = await runContainer(daemon, config);
  const put = (path: string) =>
    daemon.call('PUT', `/containers/${id}/archive?path=${path}`, { body: tarOf('planted', Buffer.from('x')) });
  const readable = async (path: string) => (await daemon.call('HEAD', `/containers/${id}/archive?path=${path}`)).status;
  await until('the links are made', async () => (await readable('/v/etc')) === 200);
  for (const state of ['running', 'stopped']) {
    assert.equal(await readable('/v/etc/passwd'), 200, state);
    assert.equal(await readable('/v/out/new'), 404, state);
    assert.equal((await put('/v/etc')).status, 200, state);
    assert.notEqual((await put('/v/out')).status, 200, state);
    assert.ok(!readdirSync(host).includes('planted'));
    await daemon.call('POST', `/containers/${id}/kill`);
    await daemon.call('POST', `/containers/${id}/wait`);
  }
  await daemon.call('DELETE', `/containers/${id}`);
});

test('a file system in memory is reached while its container runs', async () => {
  const config = { Cmd: ['sh', '-c', 'echo in memory > /t/f; sleep 1000'], HostConfig: { Tmpfs: { '/t': '' } } };
  const id = await runContainer(daemon, config);
  const put = await daemon.call('PUT', `/containers/${id}/archive?path=/t`, {
    body: tarOf('in', Buffer.from('by cp')),
  });
  assert.equal(put.status, 200, put.text());
  assert.equal(await daemon.skiff(['exec', id, 'cat', '/t/in']), 'by cp');
  await daemon.call('DELETE', `/containers/${id}?force=1`);
});
