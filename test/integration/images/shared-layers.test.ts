import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

/** Layers that images share: whatever one of them deletes, and wherever that is cut off, the others are whole. */

const ROUNDS = 6;

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

/** An image of one more layer on top of another. */
async function derive(from: string, file: string, name: string): Promise<void> {
  const id = (
    await daemon.skiff(['run', '-d', '--network', 'none', from, 'sh', '-c', `echo ${file} > /${file}`])
  ).trim();
  await daemon.skiff(['wait', id]);
  await daemon.skiff(['commit', id, name]);
  await daemon.skiff(['rm', id]);
}

async function filesOf(image: string): Promise<string> {
  return daemon.skiff(['run', '--rm', '--network', 'none', image, 'sh', '-c', 'cat /base /top* 2>/dev/null; true']);
}

/** How many blobs and unpacked layers there are. */
function onDisk(): { blobs: number; layers: number } {
  const count = (...path: string[]) => readdirSync(join(daemon.dataRoot, ...path)).length;
  return { blobs: count('content/blobs/sha256'), layers: count('layers/l') };
}

test('an image that is removed while the daemon is killed leaves the images that share its layers whole', async () => {
  await derive('busybox', 'base', 'shared/base:1');
  await derive('shared/base:1', 'top-kept', 'shared/kept:1');
  const expected = onDisk();
  for (let round = 0; round < ROUNDS; round++) {
    await derive('shared/base:1', 'top-doomed', 'shared/doomed:1');
    const removal = daemon.call('DELETE', '/images/shared/doomed:1').catch(() => undefined);
    await delay(round);
    await daemon.kill();
    await removal;
    await daemon.start();
    assert.equal(await filesOf('shared/kept:1'), 'base\ntop-kept\n');
    assert.equal(await filesOf('shared/base:1'), 'base\n');
    // Reads every blob, and checks each against its digest.
    const saved = await daemon.call('GET', '/images/get?names=shared/kept:1');
    assert.equal(saved.status, 200);
    await daemon.call('DELETE', '/images/shared/doomed:1');
    // It may have lost its name only, as an image that nobody has named.
    assert.equal((await daemon.call('POST', '/images/prune')).status, 200);
    assert.deepEqual(onDisk(), expected, `round ${round}`);
  }
});

test('images that are removed side by side take what they share with the last of them', async () => {
  const expected = onDisk();
  await derive('busybox', 'base', 'side/base:1');
  const names = ['side/a:1', 'side/b:1', 'side/c:1', 'side/d:1'];
  for (const name of names) await derive('side/base:1', `top-${name.slice(5, 6)}`, name);
  await Promise.all(names.slice(1).map((name) => daemon.skiff(['rmi', name])));
  assert.equal(await filesOf('side/a:1'), 'base\ntop-a\n');
  // Its layers are needed yet: it loses its name alone.
  assert.equal(await daemon.skiff(['rmi', 'side/base:1']), 'Untagged: side/base:1\n');
  assert.equal(await filesOf('side/a:1'), 'base\ntop-a\n');
  await daemon.skiff(['rmi', 'side/a:1']);
  assert.deepEqual(onDisk(), expected);
});
