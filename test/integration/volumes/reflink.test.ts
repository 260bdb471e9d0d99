import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statfsSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { mustRun } from '../../support/command.ts';
import { outputOf, runContainer } from '../../support/containers.ts';
import { TestDaemon } from '../../support/daemon.ts';
import { mountsBelow } from '../../support/leaks.ts';

const DISK_BYTES = 400 * 1024 * 1024;
const FILE_BYTES = 30 * 1024 * 1024;

const disk = mkdtempSync('/tmp/skt-disk-');
const image = `${disk}.img`;
const daemon = new TestDaemon([]);

before(async () => {
  writeFileSync(image, '');
  truncateSync(image, DISK_BYTES);
  await mustRun('mkfs.xfs', ['-q', image]);
  await mustRun('mount', ['-o', 'loop', image, disk]);
  symlinkSync(disk, daemon.dataRoot);
  await daemon.start();
});
after(async () => {
  await daemon.close();
  await mustRun('umount', [disk]);
  rmSync(disk, { recursive: true });
  rmSync(image);
});

function usedBytes(): number {
  const { blocks, bfree, bsize } = statfsSync(disk);
  return (blocks - bfree) * bsize;
}

test('what a crash leaves mounted below a data root that is a link is unmounted', async () => {
  const DriverOpts = { type: 'tmpfs', device: 'tmpfs' };
  await daemon.call('POST', '/volumes/create', { body: { Name: 'memory', DriverOpts } });
  const id = await runContainer(daemon, { Cmd: ['sleep', '1000'], HostConfig: { Binds: ['memory:/m'] } });
  assert.equal(mountsBelow(disk).filter((line) => line.includes('memory')).length, 1);
  const end = Promise.allSettled([daemon.call('POST', `/containers/${id}/kill`)]);
  await daemon.kill();
  await end;
  await daemon.start();
  await daemon.call('DELETE', `/containers/${id}?force=1`);
  assert.deepEqual(mountsBelow(disk), []);
});

test('a clone takes no room on a file system that shares blocks, and what is written to it does not show in the other', async () => {
  const write = `head -c ${FILE_BYTES} /dev/urandom > /v/large; sync; md5sum < /v/large`;
  const sum = await outputOf(daemon, { Cmd: ['sh', '-c', write], HostConfig: { Binds: ['source:/v'] } });
  const before = usedBytes();
  await daemon.skiff(['volume', 'clone', 'source', 'copy']);
  assert.ok(usedBytes() - before < FILE_BYTES / 10, `${usedBytes() - before} bytes more are used`);
  const change = 'md5sum < /v/large; echo more >> /v/large';
  assert.equal(await outputOf(daemon, { Cmd: ['sh', '-c', change], HostConfig: { Binds: ['copy:/v'] } }), sum);
  const check = { Cmd: ['sh', '-c', 'md5sum < /v/large'], HostConfig: { Binds: ['source:/v'] } };
  assert.equal(await outputOf(daemon, check), sum);
  assert.ok(
    (await mustRun('stat', ['-c', '%s', join(disk, 'volumes/copy/_data/large')])).startsWith(String(FILE_BYTES + 5)),
  );
});
