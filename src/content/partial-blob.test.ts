import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { digestOf } from '../lib/digest.ts';
import { DirectoryContentStore } from './directory-content-store.ts';
import { PartialBlob } from './partial-blob.ts';

function fixture(t: TestContext): { path: string; store: DirectoryContentStore } {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-partial-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return { path: join(folder, 'partial'), store: new DirectoryContentStore(folder) };
}

test('a partial blob keeps what came before its source failed, and becomes a blob when the rest has come', async (t) => {
  const { path, store } = fixture(t);
  const partial = await PartialBlob.at(path);
  await assert.rejects(partial.append(failingAfter('one ')), /the line was cut/);
  assert.equal(partial.sizeBytes, 4);
  await partial.append(from('two'));
  const digest = digestOf('one two');
  assert.deepEqual(await store.complete(partial, digest), { digest, sizeBytes: 7 });
  assert.equal((await store.readAll(digest)).toString(), 'one two');
});

test('a partial blob of an earlier process is gone on with', async (t) => {
  const { path, store } = fixture(t);
  appendFileSync(path, 'before ');
  const partial = await PartialBlob.at(path);
  await partial.append(from('after'));
  await store.complete(partial, digestOf('before after'));
});

test('content of another digest is not adopted, and stays where it was', async (t) => {
  const { path, store } = fixture(t);
  const partial = await PartialBlob.at(path);
  await partial.append(from('this'));
  await assert.rejects(store.complete(partial, digestOf('that')), (error) => isEngineError(error, 'invalid_argument'));
  assert.equal(readFileSync(path, 'utf8'), 'this');
  assert.deepEqual(await Array.fromAsync(store.list()), []);
});

async function* from(...pieces: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}

async function* failingAfter(...pieces: string[]): AsyncGenerator<Uint8Array> {
  yield* from(...pieces);
  throw new Error('the line was cut');
}
