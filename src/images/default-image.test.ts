import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { dockerArchive, makeImage } from './testing/image-archive.ts';
import { imageFixture } from './testing/image-fixture.ts';

function archiveFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-default-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'busybox.tar');
}

test('the default image comes once, and stays away when it was removed', async (t) => {
  const { images } = imageFixture(t);
  const path = archiveFile(t);
  assert.equal(await images.loadDefault(path), false);
  writeFileSync(path, dockerArchive([[makeImage(['box']), 'busybox:latest']]));
  assert.equal(await images.loadDefault(path), true);
  await images.remove('busybox', { force: false, prune: true });
  assert.equal(await images.loadDefault(path), false);
  assert.equal(images.count(), 0);
});

test('a default image that is broken is told, and tried again at the next start', async (t) => {
  const { images } = imageFixture(t);
  const path = archiveFile(t);
  writeFileSync(path, 'nonsense');
  await assert.rejects(images.loadDefault(path));
  writeFileSync(path, dockerArchive([[makeImage(['box']), 'busybox:latest']]));
  assert.equal(await images.loadDefault(path), true);
});
