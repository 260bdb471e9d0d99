import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type DiffId, digestOf, type ImageId } from '../lib/digest.ts';
import { StateDatabase } from './database.ts';
import { DistributionState } from './distribution.ts';
import { ImageState } from './images.ts';
import { LayerRecords } from './layers.ts';

function emptyState(t: TestContext) {
  const database = StateDatabase.open(':memory:');
  t.after(() => database.close());
  const images = new ImageState(database);
  const image = (name: string): ImageId => {
    const id = digestOf(name) as string as ImageId;
    images.add({ id, topChainId: undefined, parentId: undefined, createdAtMs: 0 });
    return id;
  };
  return { database, images, image, state: new DistributionState(database) };
}

const blob = digestOf('a blob');

test('manifests come back byte by byte, the first one first, and go with their image', (t) => {
  const { images, image, state } = emptyState(t);
  const id = image('an image');
  const manifests = ['first', 'second'].map((text) => {
    const bytes = Uint8Array.from(Buffer.from(text));
    return { digest: digestOf(bytes), mediaType: `type of ${text}`, bytes };
  });
  for (const manifest of [...manifests, ...manifests]) state.keepManifest(id, manifest);
  assert.deepEqual(state.manifestsOf(id), manifests);
  images.remove(id);
  assert.deepEqual(state.manifestsOf(id), []);
});

test('the repositories of a blob are known by registry, as long as one of their images is here', (t) => {
  const { images, image, state } = emptyState(t);
  const [one, two] = [image('one'), image('two')];
  state.addSource(blob, 'r.example/a', one);
  state.addSource(blob, 'r.example/a', two);
  state.addSource(blob, 'r.example/b', two);
  state.addSource(blob, 'r.example:5000/c', two);
  assert.deepEqual(state.sourcesOf(blob, 'r.example'), ['r.example/a', 'r.example/b']);
  assert.deepEqual(state.sourcesOf(blob, 'r.example:5000'), ['r.example:5000/c']);
  images.remove(two);
  assert.deepEqual(state.sourcesOf(blob, 'r.example'), ['r.example/a']);
});

test('the compressed form of a layer is named as long as the layer is', (t) => {
  const { database, images } = emptyState(t);
  const records = new LayerRecords(database);
  const diffId = digestOf('a layer') as DiffId;
  const chainId = diffId as string as Parameters<LayerRecords['find']>[0];
  const plain = { chainId, parent: undefined, diffId, blob: diffId, mediaType: 'tar', sizeBytes: 5, directory: 'a' };
  records.insert(plain);
  records.setCompressedBlob(diffId, blob);
  assert.equal(records.find(chainId)?.compressedBlob, blob);
  assert.equal(images.refersTo(blob), true);
  assert.equal(records.isBlobNamed(blob), true);
  assert.deepEqual(
    records.release(chainId, () => false),
    [{ ...plain, compressedBlob: blob }],
  );
  assert.equal(images.refersTo(blob), false);
  assert.equal(records.isBlobNamed(blob), false);
});
