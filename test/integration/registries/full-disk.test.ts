import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { mustRun } from '../../support/command.ts';
import { TestDaemon } from '../../support/daemon.ts';
import { failureOf } from '../../support/progress.ts';
import { registryImage } from '../../support/registry-image.ts';
import { TestRegistry } from '../../support/test-registry.ts';
import { until } from '../../support/until.ts';

const DISK_BYTES = 32 * 1024 * 1024;
const disk = mkdtempSync('/tmp/skt-disk-');
const daemon = new TestDaemon([]);
let registry: TestRegistry;

before(async () => {
  await mustRun('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'skiff-test', disk]);
  // Through a link, so that the daemon's root holds no mount at its end.
  symlinkSync(disk, daemon.dataRoot);
  registry = await TestRegistry.start();
  await daemon.start();
});
after(async () => {
  await registry.close();
  await daemon.close();
  await mustRun('umount', [disk]);
  rmSync(disk, { recursive: true });
});

/** Everything that a pull could leave, by where it would be. */
async function leftovers(): Promise<string[]> {
  const folders = ['content/blobs/sha256', 'content/ingest', 'layers/l', 'layers/tmp', 'layers/trash'];
  const names = await Promise.all(folders.map((folder) => readdir(join(disk, folder))));
  return names.flat().sort();
}

async function pull(name: string): Promise<string | undefined> {
  return failureOf(await daemon.call('POST', `/images/create?fromImage=${registry.address}/${name}&tag=1`));
}

for (const [name, files, expected] of [
  // A few kilobytes on their way, more than the disk when they are unpacked.
  [
    'unpacked',
    { small: 'before', f: Buffer.alloc(2 * DISK_BYTES) },
    /^failed to register layer: entry "f" cannot be unpacked: ENOSPC: no space left on device/,
  ],
  ['downloaded', { f: randomBytes(1.25 * DISK_BYTES) }, /^blob sha256:\w+ cannot be kept: no space left on device$/],
] as const) {
  test(`a disk that is full when a layer is ${name} is told, and nothing of it stays`, async () => {
    registry.add(name, '1', registryImage({ files }));
    const before = await leftovers();
    assert.match((await pull(name)) ?? '', expected);
    await until('nothing is left', async () => String(await leftovers()) === String(before));
    registry.add('small', '1', registryImage({ files: { f: `after ${name}` } }));
    assert.equal(await pull('small'), undefined, 'the daemon goes on');
    assert.equal((await daemon.call('DELETE', `/images/${registry.address}/small:1`)).status, 200);
  });
}
