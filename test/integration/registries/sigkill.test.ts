import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { failureOf } from '../../support/progress.ts';
import { registryImage } from '../../support/registry-image.ts';
import { tarOf } from '../../support/tar.ts';
import { TestRegistry } from '../../support/test-registry.ts';

/** Each round: a pull and a push at once, SIGKILL in the midst of them, then a look at what is left. */
const ROUNDS = Number(process.env['SKIFF_SIGKILL_ROUNDS'] ?? 8);
const LATEST_KILL_MS = 400;
const LAYER_BYTES = 2_000_000;

let daemon: TestDaemon;
let registry: TestRegistry;
before(async () => {
  registry = await TestRegistry.start();
  daemon = await startDaemon();
});
after(async () => {
  await registry.close();
  await daemon.close();
});

const auth = { 'x-registry-auth': Buffer.from('{}').toString('base64') };
const pull = (name: string) => daemon.call('POST', `/images/create?fromImage=${registry.address}/${name}&tag=1`);
const push = (name: string) => daemon.call('POST', `/images/${registry.address}/${name}/push?tag=1`, { headers: auth });

async function filesOf(): Promise<string[]> {
  const folders = ['content/blobs/sha256', 'content/ingest', 'layers/l', 'layers/tmp'];
  const names = await Promise.all(
    folders.map(async (folder) => (await readdir(join(daemon.dataRoot, folder))).map((name) => `${folder}/${name}`)),
  );
  return names.flat().sort();
}

async function tarFileOf(image: string, path: string): Promise<Buffer> {
  const created = await daemon.call('POST', '/containers/create', { body: { Image: image } });
  assert.equal(created.status, 201, created.text());
  const { Id } = created.json<{ Id: string }>();
  const { body } = await daemon.call('GET', `/containers/${Id}/archive?path=${path}`);
  await daemon.call('DELETE', `/containers/${Id}`);
  return body.subarray(512, 512 + LAYER_BYTES);
}

test('a daemon that is killed in the midst of a pull and a push leaves whole images or none', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const contents = Array.from({ length: 3 }, () => randomBytes(LAYER_BYTES));
    const image = registryImage({ files: Object.fromEntries(contents.map((content, n) => [`f${n}`, content])) });
    const name = `pulled${round}`;
    const pushed = `pushed${round}`;
    registry.add(name, '1', image);
    const imported = `fromSrc=-&repo=${registry.address}/${pushed}&tag=1`;
    await daemon.call('POST', `/images/create?${imported}`, { body: tarOf('f', randomBytes(LAYER_BYTES)) });
    const before = await filesOf();

    const work = Promise.allSettled([pull(name), push(pushed)]);
    await delay(Math.round((LATEST_KILL_MS * (round + 1)) / ROUNDS));
    await daemon.kill();
    await work;
    await daemon.start();

    const reference = `${registry.address}/${name}:1`;
    const { status } = await daemon.call('GET', `/images/${reference}/json`);
    if (status === 404) {
      const after = (await filesOf()).filter((file) => !before.includes(file));
      // The compressed form of what was pushed may have been made in time.
      const made = after.filter((file) => file.startsWith('content/blobs/'));
      assert.deepEqual(after, made, 'nothing but a blob is new');
      assert.ok(made.length <= 1, `${made.join(', ')} are new`);
    }
    assert.equal(failureOf(await pull(name)), undefined);
    for (const [n, content] of contents.entries()) {
      assert.ok((await tarFileOf(reference, `/f${n}`)).equals(content), `file ${n} is whole`);
    }
    assert.equal(failureOf(await push(pushed)), undefined);
    for (const one of [reference, `${registry.address}/${pushed}:1`]) {
      assert.equal((await daemon.call('DELETE', `/images/${one}`)).status, 200);
    }
  }
});
