import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clis } from '../../support/clis.ts';
import { createContainer, outputOf } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

for (const cli of clis) {
  test(`${cli.name}: volumes of all kinds by flags`, { skip: cli.skip }, async () => {
    const run = async (...args: string[]) => {
      const result = await cli.run(daemon, ['run', '--rm', ...args]);
      assert.equal(result.status, 0, result.stderr);
      return result.stdout;
    };
    const name = `flags-${cli.name}`;
    await run(
      '-v',
      `${name}:/v`,
      '-v',
      '/anonymous',
      'busybox',
      'sh',
      '-c',
      'mkdir -p /v/sub/er; echo kept > /v/sub/file',
    );
    assert.equal(await run('-v', `${name}:/v:ro`, 'busybox', 'cat', '/v/sub/file'), 'kept\n');
    const sub = `src=${name},dst=/s,volume-subpath=sub`;
    assert.equal(await run('--mount', sub, 'busybox', 'ls', '/s'), 'er\nfile\n');
    assert.equal(await run('--mount', `${sub}/file,ro`, 'busybox', 'cat', '/s'), 'kept\n');
    const options = 'volume-driver=local,volume-opt=type=tmpfs,volume-opt=device=tmpfs,"volume-opt=o=size=1m,mode=711"';
    const mounts = await run('--mount', `src=${name}-opt,dst=/t,${options}`, 'busybox', 'grep', ' /t ', '/proc/mounts');
    assert.match(mounts, /^tmpfs \/t tmpfs rw,.*size=1024k,mode=711/);
    const tmpfs = ['--tmpfs', '/a:size=64k,mode=700', '--mount', 'type=tmpfs,dst=/b,tmpfs-size=128k,tmpfs-mode=1777'];
    assert.match(
      await run(...tmpfs, 'busybox', 'grep', '-E', ' /[ab] ', '/proc/mounts'),
      /\/a tmpfs .*size=64k,mode=700.*\n.*\/b tmpfs .*size=128k/,
    );
    const listed = await cli.run(daemon, ['volume', 'ls', '-q', '--filter', 'dangling=true']);
    assert.deepEqual(
      listed.stdout.split('\n').filter((line) => line.includes(cli.name)),
      [name, `${name}-opt`],
    );
    assert.doesNotMatch(listed.stdout, /[0-9a-f]{64}/, 'the one without a name went with its container');
  });
}

test('mounts of another container come along, also read-only, and go with their last container', async () => {
  const Volumes = { '/anonymous': {} };
  const donor = await createContainer(daemon, { Volumes, HostConfig: { Binds: ['donated:/d'] } });
  await outputOf(daemon, {
    Cmd: ['sh', '-c', 'echo 1 > /d/f; echo 2 > /anonymous/f'],
    HostConfig: { VolumesFrom: [donor] },
  });
  const Cmd = ['sh', '-c', 'cat /d/f /anonymous/f; touch /d/x /anonymous/x 2>&1 | sort; true'];
  const output = await outputOf(daemon, { Cmd, HostConfig: { VolumesFrom: [`${donor}:ro`] } });
  assert.equal(output, '1\n2\ntouch: /anonymous/x: Read-only file system\ntouch: /d/x: Read-only file system\n');

  const anonymous = async () =>
    (await daemon.skiff(['volume', 'ls', '-q'])).split('\n').filter((name) => name.length === 64);
  assert.equal((await anonymous()).length, 1);
  await daemon.skiff(['rm', '-v', donor]);
  assert.equal((await anonymous()).length, 1, 'two others have it still');
  await daemon.skiff(['container', 'prune', '-f']);
  assert.equal((await anonymous()).length, 0);
});

test('an image is mounted with what it holds, writable for this container alone', async () => {
  const mount = (more: object = {}) => ({ Mounts: [{ Type: 'image', Source: 'busybox', Target: '/img', ...more }] });
  const passwd = await outputOf(daemon, { Cmd: ['cat', '/etc/passwd'] });
  assert.equal(await outputOf(daemon, { Cmd: ['cat', '/img/etc/passwd'], HostConfig: mount() }), passwd);
  const part = mount({ ImageOptions: { Subpath: 'etc' } });
  assert.equal(await outputOf(daemon, { Cmd: ['cat', '/img/passwd'], HostConfig: part }), passwd);
  await outputOf(daemon, { Cmd: ['touch', '/img/new'], HostConfig: mount() });
  const list = ['sh', '-c', 'ls /img/new 2>&1; touch /img/x 2>&1; true'];
  const output = await outputOf(daemon, { Cmd: list, HostConfig: mount({ ReadOnly: true }) });
  assert.equal(output, 'ls: /img/new: No such file or directory\ntouch: /img/x: Read-only file system\n');
});

test('a part of a volume that is a link stays in the volume, and one that is missing is told', async () => {
  const Binds = ['parts:/v'];
  await outputOf(daemon, {
    Cmd: ['sh', '-c', 'mkdir /v/real; ln -s real /v/link; ln -s /etc /v/out'],
    HostConfig: { Binds },
  });
  const mount = (Subpath: string) => ({
    Mounts: [{ Type: 'volume', Source: 'parts', Target: '/s', VolumeOptions: { Subpath } }],
  });
  await outputOf(daemon, { Cmd: ['touch', '/s/here'], HostConfig: mount('link') });
  assert.equal(await outputOf(daemon, { Cmd: ['ls', '/v/real'], HostConfig: { Binds } }), 'here\n');
  for (const subpath of ['out', 'missing']) {
    const id = await createContainer(daemon, { Cmd: ['true'], HostConfig: mount(subpath) });
    const started = await daemon.call('POST', `/containers/${id}/start`);
    assert.match(
      started.text(),
      /cannot access path .*parts\/_data\/(out|missing): lstat .*: no such file or directory/,
    );
  }
});
