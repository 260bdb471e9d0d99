import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { clis } from '../../support/clis.ts';
import { mustRun } from '../../support/command.ts';
import { createContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { mountsBelow } from '../../support/leaks.ts';

const skiffProgram = fileURLToPath(new URL('../../../bin/skiff', import.meta.url));
const DISK_BYTES = 16 * 1024 * 1024;

let daemon: TestDaemon;
let scratch: string;
let device = '';
before(async () => {
  daemon = await startDaemon();
  scratch = mkdtempSync('/tmp/skt-disk-');
  const image = join(scratch, 'disk');
  writeFileSync(image, '');
  truncateSync(image, DISK_BYTES);
  await mustRun('mkfs.ext4', ['-q', image]);
  device = (await mustRun('losetup', ['--find', '--show', image])).trim();
});
after(async () => {
  await daemon.close();
  // A mount that is left anywhere keeps the device.
  if (device !== '') await mustRun('losetup', ['--detach', device]);
  rmSync(scratch, { recursive: true });
});

const mounted = () => mountsBelow(join(daemon.dataRoot, 'volumes'));

for (const cli of clis) {
  test(`${cli.name}: a disk with a file system is a volume`, { skip: cli.skip }, async () => {
    const run = async (args: readonly string[]) => {
      const { status, stdout, stderr } = await cli.run(daemon, args);
      assert.equal(status, 0, stderr);
      return stdout;
    };
    const options = ['--opt', 'type=ext4', '--opt', `device=${device}`];
    await run(['volume', 'create', ...options, 'disk']);
    await run(['volume', 'create', ...options, '--opt', 'o=ro,noexec', 'disk-ro']);
    const write = 'echo kept > /v/file; grep " /v " /proc/mounts';
    const seen = await run(['run', '--rm', '-v', 'disk:/v', 'busybox', 'sh', '-c', write]);
    assert.ok(seen.startsWith(`${device} /v ext4 rw,`), seen);
    assert.deepEqual(mounted(), [], 'it is unmounted with its last user');
    const look = 'cat /v/file; touch /v/no 2>&1; grep " /v " /proc/mounts';
    const readonly = await run(['run', '--rm', '-v', 'disk-ro:/v', 'busybox', 'sh', '-c', look]);
    assert.match(readonly, /^kept\ntouch: .*Read-only file system\n\S+ \/v ext4 ro,.*noexec/);
    await run(['volume', 'rm', 'disk', 'disk-ro']);
    assert.deepEqual(mounted(), []);
  });
}

test('a disk is archived as it is mounted, and the archive fills a folder', async () => {
  const body = { Name: 'source', DriverOpts: { type: 'ext4', device } };
  assert.equal((await daemon.call('POST', '/volumes/create', { body })).status, 201);
  await daemon.skiff(['run', '--rm', '-v', 'source:/v', 'busybox', 'sh', '-c', 'echo inside > /v/file']);
  const archive = join(scratch, 'archive.tar');
  await mustRun('sh', ['-c', `"$0" -H ${daemon.host} volume export source > ${archive}`, skiffProgram]);
  assert.match(await mustRun('tar', ['-tf', archive]), /^\.\/file$/m);
  await daemon.skiff(['volume', 'clone', 'source', 'copy']);
  assert.equal(await daemon.skiff(['run', '--rm', '-v', 'copy:/v', 'busybox', 'cat', '/v/file']), 'inside\n');
  assert.deepEqual(mounted(), []);
});

test('what cannot be mounted keeps the container from starting, and nothing is left of the attempt', async () => {
  const cases: readonly (readonly [options: Record<string, string>, reason: RegExp])[] = [
    [{ type: 'ext4', device: '/dev/no-such-disk' }, /mount \/dev\/no-such-disk:.*: no such file or directory/],
    [{ type: 'ext4', device, o: 'no-such-option' }, /data: no-such-option: invalid argument/],
    [{ type: 'no-such-type', device }, /no such device/],
    [{ type: 'nfs', device: ':/export', o: 'addr=nobody.invalid' }, /error resolving passed in network volume address/],
  ];
  for (const [DriverOpts, reason] of cases) {
    await daemon.call('POST', '/volumes/create', { body: { Name: 'broken', DriverOpts } });
    const HostConfig = {
      Mounts: [{ Type: 'volume', Source: 'broken', Target: '/v', VolumeOptions: { NoCopy: true } }],
    };
    const id = await createContainer(daemon, { Cmd: ['true'], HostConfig });
    const started = await daemon.call('POST', `/containers/${id}/start`);
    assert.ok(started.status >= 400, started.text());
    assert.match(started.text(), reason);
    await daemon.call('DELETE', `/containers/${id}`);
    assert.equal((await daemon.call('DELETE', '/volumes/broken')).status, 204);
    assert.deepEqual(mounted(), []);
  }
});
