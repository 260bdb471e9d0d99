import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { DirectoryContentStore } from './directory-content-store.ts';
import { contentStoreSuite } from './testing/content-store.suite.ts';

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-content-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

contentStoreSuite('directory', async (t) => ({
  store: new DirectoryContentStore(temporaryFolder(t)),
  damage: (path) => writeFile(path, 'other bytes'),
}));

test('a sweep removes what a crash left half-written, and keeps the blobs', async (t) => {
  const root = temporaryFolder(t);
  const store = new DirectoryContentStore(root);
  const source = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('kept');
  };
  const blob = await store.ingest(source());
  writeFileSync(join(root, 'ingest', 'left'), 'half');
  await store.sweep();
  assert.deepEqual(readdirSync(join(root, 'ingest')), []);
  assert.deepEqual(await Array.fromAsync(store.list()), [blob]);
});
