import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const archiveType = { 'content-type': 'application/x-tar' };

async function idOf(name: string): Promise<string> {
  return (await daemon.call('GET', `/images/${name}/json`)).json<{ Id: string }>().Id;
}

async function outputOf(image: string, ...command: string[]): Promise<string> {
  return daemon.skiff(['run', '--rm', image, ...command]);
}

test('an image that was saved and removed comes back as it was, from each kind of archive', async () => {
  const id = await idOf('busybox');
  await daemon.call('POST', '/images/busybox/tag?repo=team/saved&tag=1');
  const { body } = await daemon.call('GET', '/images/get?names=team/saved:1&names=busybox');
  for (const archive of [body, gzipSync(body, { level: 1 }), zstdCompressSync(body)]) {
    await daemon.call('DELETE', '/images/team/saved:1');
    const removed = await daemon.call('DELETE', '/images/busybox');
    assert.equal(removed.json<object[]>().length, 3, removed.text());
    const loaded = await daemon.call('POST', '/images/load', { body: archive, headers: archiveType });
    assert.match(loaded.text(), /Loaded image: team\/saved:1\\n/);
    assert.match(loaded.text(), /Loaded image: busybox:latest\\n/);
    assert.equal(await idOf('team/saved:1'), id);
    assert.equal(await outputOf('team/saved:1', 'echo', 'it runs'), 'it runs\n');
  }
  await daemon.call('DELETE', '/images/team/saved:1');
});

test('the same image is the same archive', async () => {
  const [first, second] = [
    await daemon.call('GET', '/images/busybox/get'),
    await daemon.call('GET', '/images/get?names=busybox:latest'),
  ];
  assert.ok(first.body.equals(second.body));
});
