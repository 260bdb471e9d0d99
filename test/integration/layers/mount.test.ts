import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isEngineError } from '../../../src/errors/engine-error.ts';
import type { ChainId, DiffId } from '../../../src/lib/digest.ts';
import { chainIdsOf, digestOf } from '../../../src/lib/digest.ts';
import type { ContainerId } from '../../../src/lib/ids.ts';
import { randomId } from '../../../src/lib/ids.ts';
import { archiveOf, rawEntry } from '../../../src/lib/tar/testing/raw-archive.ts';
import { mountsBelow } from '../../support/leaks.ts';
import type { LayerFixture } from './layer-fixture.ts';
import { BASE_NAMES, layerFixture, leftIn, once } from './layer-fixture.ts';

function fileLayer(fixture: LayerFixture, name: string, content: string, parent?: ChainId) {
  return fixture.apply(archiveOf(rawEntry({ name }, content)), parent);
}

test('what a container writes is its own, and is there again when it is mounted again', async (t) => {
  const fixture = layerFixture(t);
  const { chainId } = await fileLayer(fixture, 'shared', 'original');
  const [one, two] = [await fixture.mount(chainId), await fixture.mount(chainId)];
  writeFileSync(join(one.path, 'shared'), 'changed');
  writeFileSync(join(one.path, 'new'), 'new');
  assert.equal(readFileSync(join(two.path, 'shared'), 'utf8'), 'original');
  assert.deepEqual(readdirSync(two.path).sort(), [...BASE_NAMES, 'shared'].sort());
  await fixture.store.unmountWritable(one.id);
  assert.deepEqual(readdirSync(one.path), []);
  // Each of these mounts was volatile, and leaves the mark that overlayfs would refuse.
  for (const volatile of [true, false, true]) {
    const path = await fixture.store.mountWritable(one.id, { volatile });
    assert.equal(readFileSync(join(path, 'shared'), 'utf8'), 'changed');
    await fixture.store.unmountWritable(one.id);
  }
  assert.equal(await fixture.store.writableSizeBytes(one.id), 'changednew'.length);
});

test('creating, mounting, unmounting and removing are idempotent, also all at once', async (t) => {
  const fixture = layerFixture(t);
  const { chainId } = await fileLayer(fixture, 'a', 'x');
  const id = randomId<ContainerId>();
  const { store } = fixture;
  await Promise.all([1, 2, 3].map(() => store.createWritable(id, chainId)));
  const paths = await Promise.all([1, 2, 3].map(() => store.mountWritable(id, { volatile: false })));
  assert.equal(new Set(paths).size, 1);
  assert.equal(mountsBelow(fixture.root).length, 1);
  await Promise.all([1, 2, 3].map(() => store.unmountWritable(id)));
  assert.deepEqual(mountsBelow(fixture.root), []);
  await store.mountWritable(id, { volatile: false });
  await Promise.all([1, 2, 3].map(() => store.removeWritable(id)));
  assert.deepEqual(await leftIn(fixture), ['l/1']);
  await store.unmountWritable(id);
  await assert.rejects(store.mountWritable(id, { volatile: false }), (error) => isEngineError(error, 'not_found'));
  await assert.rejects(store.writableSizeBytes(id), (error) => isEngineError(error, 'not_found'));
});

test('an image without layers is a root with what Docker puts there, and that is no part of the container', async (t) => {
  const fixture = layerFixture(t);
  const { path, id } = await fixture.mount(undefined);
  const list = (name: string) => readdirSync(join(path, name)).sort();
  assert.deepEqual(list('.'), BASE_NAMES);
  assert.deepEqual(
    [list('dev'), list('etc')],
    [
      ['console', 'pts', 'shm'],
      ['hostname', 'hosts', 'mtab', 'resolv.conf'],
    ],
  );
  assert.equal(statSync(path).mode & 0o7777, 0o755);
  assert.equal(await fixture.store.writableSizeBytes(id), 0);
  writeFileSync(join(path, 'a'), 'x');
  assert.equal(await fixture.store.writableSizeBytes(id), 1);
});

test('an image that has such files keeps its own', async (t) => {
  const fixture = layerFixture(t);
  const layer = await fixture.apply(
    archiveOf(
      rawEntry({ name: 'etc/hosts' }, 'its own'),
      rawEntry({ name: 'proc', type: '2', link: 'elsewhere' }),
      rawEntry({ name: 'sys/', type: '5', patches: [[100, '0000700']] }),
    ),
  );
  const { path } = await fixture.mount(layer.chainId);
  assert.equal(readFileSync(join(path, 'etc/hosts'), 'utf8'), 'its own');
  assert.equal(readlinkSync(join(path, 'proc')), 'elsewhere');
  assert.equal(statSync(join(path, 'sys')).mode & 0o7777, 0o700);
  assert.equal(readlinkSync(join(path, 'etc/mtab')), '/proc/mounts');
});

for (const { title, folder } of [
  { title: 'a short path', folder: 'root' },
  {
    title: 'a path that is too long for one mount, with characters that mean something to it',
    folder: join('a:b,c\\d e'.repeat(20), 'path'.repeat(50)),
  },
]) {
  test(`128 layers mount below ${title}`, async (t) => {
    const fixture = layerFixture(t, folder);
    const tars = Array.from({ length: 128 }, (_, index) => archiveOf(rawEntry({ name: `file-${index}` }, 'x')));
    const diffIds = tars.map((tar) => digestOf(tar) as DiffId);
    const chainIds = chainIdsOf(diffIds);
    for (const tar of tars) await fixture.content.ingest(once(tar));
    await Promise.all(
      diffIds.map((diffId, index) => fixture.store.apply({ parent: chainIds[index - 1], blob: diffId, diffId })),
    );
    const top = chainIds.at(-1) ?? assert.fail();
    assert.equal(fixture.store.chain(top).length, 128);
    const { path } = await fixture.mount(top);
    assert.equal(readdirSync(path).length, 128 + BASE_NAMES.length);
    writeFileSync(join(path, 'file-0'), 'copied up');
    assert.equal(readFileSync(join(path, 'file-0'), 'utf8'), 'copied up');
  });
}

test('a layer stays as long as a container, an image or another layer stands on it', async (t) => {
  const fixture = layerFixture(t);
  const { store, content, database } = fixture;
  const lower = await fileLayer(fixture, 'lower', '1');
  const left = await fileLayer(fixture, 'left', '2', lower.chainId);
  const right = await fileLayer(fixture, 'right', '3', lower.chainId);
  const { id } = await fixture.mount(left.chainId);
  database.sql.prepare('INSERT INTO images (id, top_chain_id, created_at_ms) VALUES (?, ?, 0)').run('i', right.chainId);

  assert.deepEqual(await store.release(left.chainId), []);
  assert.deepEqual(await store.release(right.chainId), []);
  assert.deepEqual(await store.release(lower.chainId), []);
  await store.removeWritable(id);
  assert.deepEqual(await store.release(left.chainId), [left]);
  assert.equal(await content.stat(left.blob), undefined);
  assert.throws(
    () => store.get(left.chainId),
    (error) => isEngineError(error, 'not_found'),
  );
  database.sql.exec('DELETE FROM images');
  assert.deepEqual(await store.release(right.chainId), [right, lower]);
  assert.deepEqual(await Array.fromAsync(content.list()), []);
  assert.deepEqual(await leftIn(fixture), []);
});

test('a blob that two layers came from stays until both are gone', async (t) => {
  const fixture = layerFixture(t);
  const first = await fileLayer(fixture, 'same', 'x');
  const second = await fileLayer(fixture, 'same', 'x', first.chainId);
  assert.equal(second.blob, first.blob);
  await fixture.store.release(second.chainId).then((gone) => assert.equal(gone.length, 2));
  assert.equal(await fixture.content.stat(first.blob), undefined);
});

test('a sweep removes containers that are not known, half-made layers and trash, and keeps the rest', async (t) => {
  const fixture = layerFixture(t);
  const { chainId } = await fileLayer(fixture, 'a', 'x');
  const [kept, gone] = [await fixture.mount(chainId), await fixture.mount(chainId)];
  for (const place of ['l/zz', 'tmp/half', 'trash/old', 'w/stray']) {
    mkdirSync(join(fixture.root, 'layers', place, 'deep'), { recursive: true });
  }
  await fixture.store.sweep(new Set([kept.id]));
  assert.deepEqual(await leftIn(fixture), ['l/1', `w/${kept.id}`]);
  assert.equal(existsSync(join(kept.path, 'a')), true);
  assert.equal(mountsBelow(fixture.root).length, 1);
  await assert.rejects(fixture.store.mountWritable(gone.id, { volatile: true }), (error) =>
    isEngineError(error, 'not_found'),
  );
});
