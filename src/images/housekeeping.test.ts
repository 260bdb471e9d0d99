import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DirectoryContentStore } from '../content/directory-content-store.ts';
import { StateDatabase } from '../state/database.ts';
import { ImageState } from '../state/images.ts';
import { Housekeeping } from './housekeeping.ts';
import { tarOf } from './testing/image-archive.ts';
import { bytes } from './testing/image-fixture.ts';
import { MemoryLayerStore } from './testing/memory-layer-store.ts';

function fixture(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'skiff-housekeeping-'));
  const database = StateDatabase.open(join(root, 'state.db'));
  t.after(() => {
    database.close();
    rmSync(root, { recursive: true });
  });
  const content = new DirectoryContentStore(root);
  const layers = new MemoryLayerStore(content, database);
  const state = new ImageState(database);
  const kept = async () => (await Array.fromAsync(content.list())).map(({ digest }) => digest);
  return { content, layers, state, kept, housekeeping: new Housekeeping(state, content, layers) };
}

test('what a crash left without a reference is gone after the sweep', async (t) => {
  const { content, layers, housekeeping, kept, state } = fixture(t);
  await content.ingest(bytes(Buffer.from('never referred to')));
  const { digest: blob } = await content.ingest(bytes(tarOf({ f: 'x' })));
  const layer = await layers.apply({ parent: undefined, blob });
  const upper = await content.ingest(bytes(tarOf({ g: 'y' })));
  await layers.apply({ parent: layer.chainId, blob: upper.digest });
  await housekeeping.sweep();
  assert.deepEqual(await kept(), []);
  assert.deepEqual(state.unusedLayers(), []);
});

test('nothing is deleted while a session runs, and everything unused when it has ended', async (t) => {
  const { content, layers, housekeeping, kept } = fixture(t);
  const gate = Promise.withResolvers<void>();
  const session = housekeeping.session(() => gate.promise);
  const { digest: blob } = await content.ingest(bytes(tarOf({ f: 'x' })));
  const layer = await layers.apply({ parent: undefined, blob });
  await housekeeping.discard([blob]);
  assert.deepEqual(await housekeeping.release(layer.chainId), []);
  assert.deepEqual(await kept(), [blob]);
  gate.resolve();
  await session;
  assert.deepEqual(await kept(), []);
});

test('a session waits for a removal that has begun', async (t) => {
  const { content, housekeeping, kept } = fixture(t);
  const { digest } = await content.ingest(bytes(Buffer.from('x')));
  const removal = housekeeping.discard([digest]);
  await housekeeping.session(async () => {
    assert.deepEqual(await kept(), []);
    await content.ingest(bytes(Buffer.from('x')));
  });
  await removal;
  assert.deepEqual(await kept(), [digest]);
});

test('when a session and the removal behind it both fail, neither error is lost', async (t) => {
  const { content, housekeeping } = fixture(t);
  const { digest } = await content.ingest(bytes(Buffer.from('x')));
  content.delete = async () => {
    throw new Error('the disk is gone');
  };
  const session = housekeeping.session(async () => {
    await housekeeping.discard([digest]);
    throw new Error('the work failed');
  });
  await assert.rejects(
    session,
    (error) =>
      error instanceof AggregateError &&
      error.errors.map(String).join() === 'Error: the work failed,Error: the disk is gone',
  );
});
