import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { runCommand } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { tarOf } from '../../support/tar.ts';
import { until } from '../../support/until.ts';

/** Archives that are compressed by xz and bzip2, which programs of the host undo. */

const headers = { 'content-type': 'application/x-tar' };

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

function compressed(program: string, bytes: Buffer): Buffer {
  const { stdout, status } = spawnSync(program, ['-1', '-c'], { input: bytes, maxBuffer: 64 * 1024 ** 2 });
  assert.equal(status, 0);
  return stdout;
}

for (const program of ['xz', 'bzip2']) {
  test(`an archive of images that is compressed by ${program} is loaded`, async () => {
    const { body } = await daemon.call('GET', '/images/busybox/get');
    const loaded = await daemon.call('POST', '/images/load', { body: compressed(program, body), headers });
    assert.match(loaded.text(), /Loaded image: busybox:latest/);
  });

  test(`a root file system that is compressed by ${program} becomes an image that runs`, async () => {
    const body = compressed(program, tarOf('busybox', readFileSync('/bin/busybox')));
    const imported = await daemon.call('POST', `/images/create?fromSrc=-&repo=${program}`, { body, headers });
    assert.equal(imported.status, 200, imported.text());
    const output = await daemon.skiff(['run', '--rm', '--network', 'none', program, '/busybox', 'echo', 'unpacked']);
    assert.equal(output, 'unpacked\n');
    await daemon.call('DELETE', `/images/${program}`);
  });

  test(`what ${program} has compressed and is cut short is refused, and nothing of it stays`, async () => {
    const images = await daemon.call('GET', '/images/json');
    const whole = compressed(program, tarOf('busybox', readFileSync('/bin/busybox')));
    const body = whole.subarray(0, whole.length / 2);
    const answer = await daemon.call('POST', '/images/create?fromSrc=-&repo=cut', { body, headers });
    assert.equal(answer.status, 400, answer.text());
    assert.ok((await daemon.call('GET', '/images/json')).body.equals(images.body));
    const children = () => runCommand('pgrep', ['-P', String(daemon.pid), '-x', program]);
    await until('the program has ended', async () => (await children()).stdout === '');
  });
}
