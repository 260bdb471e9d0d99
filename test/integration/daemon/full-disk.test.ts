import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mustRun } from '../../support/command.ts';
import { TestDaemon } from '../../support/daemon.ts';

const busybox = fileURLToPath(new URL('../../../dist/busybox.tar', import.meta.url));
const disk = mkdtempSync('/tmp/skt-disk-');
const daemon = new TestDaemon([]);

before(async () => {
  await mustRun('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'skiff-test', disk]);
  // Through a link, so that the daemon's root holds no mount at its end.
  symlinkSync(disk, daemon.dataRoot);
  await daemon.start();
});
after(async () => {
  await daemon.close();
  await mustRun('umount', [disk]);
  rmSync(disk, { recursive: true });
});

/** Takes all that is left, down to the last byte. */
function fill(): void {
  for (const [name, sizeBytes] of [
    ['large', 1024 * 1024],
    ['small', 4096],
  ] as const) {
    try {
      for (let n = 0; ; n++) writeFileSync(join(disk, `${name}-${n}`), Buffer.alloc(sizeBytes, 1));
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
    }
  }
}

async function containerNames(): Promise<string[]> {
  const listed = (await daemon.call('GET', '/containers/json?all=1')).json<{ Names: string[] }[]>();
  return listed.flatMap(({ Names }) => Names);
}

test('on a full disk nothing is made by half, errors say why, and containers can be stopped and removed', async () => {
  const run = { Image: 'busybox', Cmd: ['sleep', '1000'] };
  assert.equal((await daemon.call('POST', '/containers/create?name=kept', { body: run })).status, 201);
  assert.equal((await daemon.call('POST', '/containers/kept/start')).status, 204);
  fill();

  assert.equal((await daemon.call('POST', '/containers/create?name=late', { body: run })).status, 201);
  const started = await daemon.call('POST', '/containers/late/start');
  assert.match(started.text(), /no space left on device/i);
  assert.equal((await daemon.call('DELETE', '/containers/late')).status, 204);
  const archive = await readFile(busybox);
  const loaded = await daemon.call('POST', '/images/load', { body: archive });
  assert.match(loaded.text(), /no space left on device/);
  assert.deepEqual(await containerNames(), ['/kept']);

  assert.equal((await daemon.call('POST', '/containers/kept/stop?t=0')).status, 204);
  const { State } = (await daemon.call('GET', '/containers/kept/json')).json<{ State: { ExitCode: number } }>();
  assert.equal(State.ExitCode, 137);
  assert.equal((await daemon.call('DELETE', '/containers/kept')).status, 204);
  assert.deepEqual(await containerNames(), []);
});

test('a daemon starts on a full disk', async () => {
  await daemon.kill();
  fill();
  await daemon.start();
  assert.equal((await daemon.call('GET', '/_ping')).status, 200);
});

test('a daemon starts without the default image where that does not fit, and loads it when there is room', async () => {
  const small = mkdtempSync('/tmp/skt-disk-');
  await mustRun('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'skiff-test', small]);
  const other = new TestDaemon([]);
  mkdirSync(other.dataRoot);
  symlinkSync(small, join(other.dataRoot, 'content'));
  const images = async () => (await other.call('GET', '/images/json')).json<unknown[]>().length;
  try {
    await other.start();
    assert.equal(await images(), 0);
    assert.match(other.log(), /level=error msg="the default image is not loaded; the next start tries again"/);
    await other.stop();
    await mustRun('mount', ['-o', 'remount,size=32m', small]);
    await other.start();
    assert.equal(await images(), 1);
  } finally {
    await other.close();
    await mustRun('umount', [small]);
    rmSync(small, { recursive: true });
  }
});
