import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { clis } from '../../support/clis.ts';
import { mustRun } from '../../support/command.ts';
import { createContainer, outputOf } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
let host: string;
before(async () => {
  daemon = await startDaemon();
  host = mkdtempSync('/tmp/skiff-bind-');
  mkdirSync(join(host, 'folder/inner'), { recursive: true });
  writeFileSync(join(host, 'folder/file'), 'of the host\n');
  writeFileSync(join(host, 'alone'), 'a file alone\n');
});
after(async () => {
  await daemon.close();
  await mustRun('rm', ['-rf', '--one-file-system', host]);
});

const sh = (script: string, HostConfig: object, more: object = {}) =>
  outputOf(daemon, { Cmd: ['sh', '-c', script], HostConfig, ...more });

for (const cli of clis) {
  test(`${cli.name}: folders and files of the host are mounted by -v and --mount`, { skip: cli.skip }, async () => {
    const run = async (flags: string[], script: string) => {
      const result = await cli.run(daemon, ['run', '--rm', ...flags, 'busybox', 'sh', '-c', script]);
      assert.equal(result.status, 0, result.stderr);
      return result.stdout;
    };
    assert.equal(await run(['-v', `${host}/folder:/x`], 'cat /x/file'), 'of the host\n');
    assert.equal(await run(['-v', `${host}/alone:/etc/motd:ro,z`], 'cat /etc/motd'), 'a file alone\n');
    const mount = `type=bind,source=${host}/folder,target=/deep/er,readonly,consistency=cached`;
    assert.equal(
      await run(['--mount', mount], 'cat /deep/er/file; touch /deep/er/new 2>&1 || true'),
      'of the host\ntouch: /deep/er/new: Read-only file system\n',
    );
    const made = `made-by-${cli.name}`;
    await run(['-v', `${host}/${made}/twice:/x`], 'echo back > /x/from-inside');
    assert.equal(readFileSync(join(host, made, 'twice/from-inside'), 'utf8'), 'back\n');
    if (cli.name === 'skiff') {
      // docker's command line of this version does not know the word.
      await run(['--mount', `type=bind,src=${host}/by-word,dst=/x,bind-create-src`], 'echo made > /x/file');
      assert.equal(readFileSync(join(host, 'by-word/file'), 'utf8'), 'made\n');
    }
    const missing = await cli.run(daemon, [
      'run',
      '--rm',
      '--mount',
      `type=bind,src=${host}/nope,dst=/x`,
      'busybox',
      'true',
    ]);
    assert.equal(missing.status, 125);
    assert.match(missing.stderr, /bind source path does not exist: .*\/nope/);
    assert.equal(statSync(join(host, 'nope'), { throwIfNoEntry: false }), undefined);
  });
}

test("the engine's own socket can be mounted", async () => {
  const socket = { Binds: [`${daemon.socketPath}:/var/run/docker.sock`] };
  assert.match(await sh('ls -l /var/run/docker.sock', socket), /^s/);
});

test('mounts inside of mounts are made in the order of their depth, whatever the order they were asked for', async () => {
  const Binds = ['order-c:/a/b/c', `${host}/folder:/a`, 'order-b:/a/inner'];
  const output = await sh('cat /a/file; touch /a/inner/x /a/b/c/y; grep -c " /a" /proc/mounts', { Binds });
  assert.equal(output, 'of the host\n3\n');
  assert.deepEqual((await mustRun('ls', [join(host, 'folder/inner')])).trim(), '', 'the outer one got nothing of it');
});

test("the engine's files come on top of a folder that is mounted over them", async () => {
  const output = await sh(
    'cat /etc/hostname; grep -c localhost /etc/hosts',
    { Binds: ['etc-vol:/etc'] },
    { Hostname: 'named' },
  );
  assert.match(output, /^named\n[1-9]/);
});

test('a target that is a symbolic link in the image stays inside the root', async () => {
  const image = await daemon.call('POST', '/containers/create?name=linker', {
    body: { Image: 'busybox', Cmd: ['sh', '-c', `ln -s ${host} /escape; ln -s ../../../../..${host}/folder /escape2`] },
  });
  assert.equal(image.status, 201);
  assert.equal((await daemon.call('POST', '/containers/linker/start')).status, 204);
  await daemon.call('POST', '/containers/linker/wait');
  assert.equal((await daemon.call('POST', '/commit?container=linker&repo=linked')).status, 201);
  const Binds = ['link-a:/escape/sub', 'link-b:/escape2'];
  const output = await sh('touch /escape/sub/x /escape2/y; ls /escape /escape2', { Binds }, { Image: 'linked' });
  assert.match(output, /sub/);
  assert.equal(statSync(join(host, 'sub'), { throwIfNoEntry: false }), undefined, 'nothing was made on the host');
  assert.equal(statSync(join(host, 'folder/y'), { throwIfNoEntry: false }), undefined);
});

test('read-only goes through everything that is mounted below, unless it shall not', async () => {
  const below = join(host, 'folder/inner');
  await mustRun('mount', ['-t', 'tmpfs', 'skiff-test', below]);
  try {
    const write = 'touch /x/inner/new 2>&1 && echo written; true';
    const mount = (BindOptions?: object) => ({
      Mounts: [
        {
          Type: 'bind',
          Source: join(host, 'folder'),
          Target: '/x',
          ReadOnly: true,
          ...(BindOptions && { BindOptions }),
        },
      ],
    });
    assert.match(await sh(write, mount()), /Read-only file system/);
    assert.match(
      await sh(write, mount({ ReadOnlyForceRecursive: true, Propagation: 'rprivate' })),
      /Read-only file system/,
    );
    assert.equal(await sh(write, mount({ ReadOnlyNonRecursive: true })), 'written\n');
    assert.match(await sh(write, mount({ NonRecursive: true })), /Read-only file system/);
    assert.equal(await sh('ls /x/inner', mount({ NonRecursive: true })), '', 'what is mounted below stays away');
  } finally {
    await mustRun('umount', [below]);
  }
});

test("a mount of the host's own that is read-only stays so in a container that asks for no such thing", async () => {
  const place = join(host, 'readonly');
  mkdirSync(place);
  await mustRun('mount', ['--bind', join(host, 'folder'), place]);
  try {
    await mustRun('mount', ['-o', 'remount,bind,ro,noexec', place]);
    assert.match(
      await sh('touch /x/new 2>&1; grep " /x " /proc/mounts', { Binds: [`${place}:/x`] }),
      /Read-only[^]* ro,.*noexec/,
    );
  } finally {
    await mustRun('umount', [place]);
  }
});

test('what is mounted on the host later comes into a container that follows, and not into one that does not', async () => {
  const place = join(host, 'shared');
  mkdirSync(place);
  await mustRun('mount', ['-t', 'tmpfs', 'skiff-test', place]);
  try {
    await mustRun('mount', ['--make-shared', place]);
    mkdirSync(join(place, 'later'));
    const start = async (name: string, mode: string) => {
      const HostConfig = { Binds: [`${place}:/x${mode}`] };
      const body = { Image: 'busybox', Cmd: ['sleep', '1000'], HostConfig };
      assert.equal((await daemon.call('POST', `/containers/create?name=${name}`, { body })).status, 201);
      const started = await daemon.call('POST', `/containers/${name}/start`);
      assert.equal(started.status, 204, started.text());
    };
    await start('follows', ':rslave');
    await start('stays', '');
    await mustRun('mount', ['-t', 'tmpfs', 'skiff-test', join(place, 'later')]);
    writeFileSync(join(place, 'later/seen'), '');
    assert.equal(await daemon.skiff(['exec', 'follows', 'ls', '/x/later']), 'seen\n');
    assert.equal(await daemon.skiff(['exec', 'stays', 'ls', '/x/later']), '');
    await daemon.skiff(['rm', '-f', 'follows', 'stays']);
    await mustRun('umount', [join(place, 'later')]);
  } finally {
    await mustRun('umount', ['-R', place]);
  }
});

test('a source that is a link is followed on the host, and one that cannot be made is told', async () => {
  symlinkSync('folder', join(host, 'link'));
  assert.equal(await sh('cat /x/file', { Binds: [`${host}/link:/x`] }), 'of the host\n');
  symlinkSync('nowhere', join(host, 'dangling'));
  symlinkSync('itself', join(host, 'itself'));
  const reasons = { 'alone/below': 'not a directory', dangling: 'file exists', itself: 'file exists' };
  for (const [name, reason] of Object.entries(reasons)) {
    const id = await createContainer(daemon, { HostConfig: { Binds: [`${host}/${name}:/x`] } });
    const started = await daemon.call('POST', `/containers/${id}/start`);
    assert.equal(started.status, 500);
    const path = `${host}/${name}`;
    const message = `error while creating mount source path '${path}': mkdir ${path}: ${reason}`;
    assert.equal(started.json()['message'], message);
  }
});
