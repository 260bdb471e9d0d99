import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isEngineError } from '../../../src/errors/engine-error.ts';
import type { ContainerId } from '../../../src/lib/ids.ts';
import { randomId } from '../../../src/lib/ids.ts';
import { archiveOf, rawEntry, readAllEntries } from '../../../src/lib/tar/testing/raw-archive.ts';
import { LinuxSyscalls } from '../../../src/sys/linux.ts';
import { processesOf } from '../../support/leaks.ts';
import { describeTree, layerFixture, run } from './layer-fixture.ts';

const LOWER = archiveOf(
  ...['gone', 'changed', 'removed/file', 'replaced/old', 'kept/file'].map((name) => rawEntry({ name }, 'lower')),
);
const CHANGES = `
  rm gone; rm -r removed; rm -r replaced; mkdir replaced; echo new > replaced/new
  echo more >> changed
  mkdir -p new/dir; echo x > new/file; ln new/file new/dir/hard; ln -s ../file new/dir/soft
  mknod new/null c 1 3; mkfifo new/pipe; printf x > new/setuid; chown 5:6 new/setuid; chmod 4755 new/setuid
  printf x > "new/$(printf '%0200d' 3)"; printf x > "new/$(printf 'latin\\351')"; truncate -s 2M new/holes
  find . -exec touch -h -d '2021-01-01 01:01:01' {} +`;

async function bytesOfStream(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(stream));
}

test('what a container changed, as a layer on its image, is what the container sees; twice the same bytes', async (t) => {
  const fixture = layerFixture(t);
  const lower = await fixture.apply(LOWER);
  const { id, path } = await fixture.mount(lower.chainId);
  run('sh', ['-ec', CHANGES], { cwd: path });
  new LinuxSyscalls().setXattr(join(path, 'new/setuid'), 'user.bytes', Buffer.from([0, 255, 10]));

  const tar = await bytesOfStream(fixture.store.diffWritable(id));
  assert.deepEqual(await bytesOfStream(fixture.store.diffWritable(id)), tar);
  const layer = await fixture.apply(tar, lower.chainId);
  const copy = await fixture.mount(layer.chainId);
  assert.equal(describeTree(copy.path), describeTree(path));
});

test('a diff names what was deleted as layers do, and leaves unchanged files out', async (t) => {
  const fixture = layerFixture(t);
  const { id, path } = await fixture.mount((await fixture.apply(LOWER)).chainId);
  run('sh', ['-ec', 'rm gone; rm -r replaced; mkdir replaced; touch kept/new'], { cwd: path });
  const entries = await readAllEntries(await bytesOfStream(fixture.store.diffWritable(id)));
  assert.deepEqual(
    entries.map((entry) => entry.path),
    ['.wh.gone', 'kept/', 'kept/new', 'replaced/', 'replaced/.wh..wh..opq'],
  );
  assert.ok(entries.every(({ xattrs }) => xattrs.size === 0));
});

test("GNU tar unpacks a tree's tar to the same tree", async (t) => {
  const fixture = layerFixture(t);
  const { path } = await fixture.mount(undefined);
  run('sh', ['-ec', `mkdir -p removed replaced; touch gone; ${CHANGES}`], { cwd: path });
  const unpacked = join(fixture.scratch, 'unpacked');
  mkdirSync(unpacked);
  const input = await bytesOfStream(fixture.store.tarOf(path));
  run('tar', ['xp', '--xattrs', '-C', unpacked], { input });
  assert.equal(describeTree(unpacked), describeTree(path));
});

test('a reader that leaves early ends the process that writes', async (t) => {
  const fixture = layerFixture(t);
  const { path } = await fixture.mount(undefined);
  run('truncate', ['-s', '1G', join(path, 'large')]);
  for await (const chunk of fixture.store.tarOf(path)) if (chunk.length > 0) break;
  assert.deepEqual(processesOf(fixture.scratch), []);
});

test('a tree that cannot be read, and a container that is not there, are errors', async (t) => {
  const fixture = layerFixture(t);
  await assert.rejects(
    bytesOfStream(fixture.store.tarOf('/nowhere/at/all')),
    (error) => isEngineError(error, 'internal') && /ENOENT.*\/nowhere\/at\/all/.test(error.message),
  );
  assert.throws(
    () => fixture.store.diffWritable(randomId<ContainerId>()),
    (error) => isEngineError(error, 'not_found'),
  );
});
