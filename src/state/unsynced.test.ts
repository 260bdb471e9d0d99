import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ChainId, DiffId, ImageId } from '../lib/digest.ts';
import { chainIdOf, digestOf } from '../lib/digest.ts';
import { StateDatabase } from './database.ts';
import { ImageState } from './images.ts';
import { type LayerRecord, LayerRecords } from './layers.ts';
import { UnsyncedState } from './unsynced.ts';

function emptyState(t: TestContext) {
  const database = StateDatabase.open(':memory:');
  t.after(() => database.close());
  return {
    layers: new LayerRecords(database),
    images: new ImageState(database),
    unsynced: new UnsyncedState(database),
  };
}

function layer(name: string, parent?: ChainId): LayerRecord {
  const diffId = digestOf(name) as DiffId;
  return {
    chainId: chainIdOf(parent, diffId),
    parent,
    diffId,
    blob: diffId,
    mediaType: 'tar',
    sizeBytes: 5,
    directory: name,
  };
}

const image = (name: string, topChainId: ChainId | undefined) => ({
  id: digestOf(name) as string as ImageId,
  topChainId,
  parentId: undefined,
  createdAtMs: 0,
});

test('after a power cut, layers that were not synced go with all that stands on them', (t) => {
  const { layers, images, unsynced } = emptyState(t);
  const base = layers.insert(layer('base'));
  const lost = layers.insertUnsynced(layer('lost', base.chainId), 'one boot', () => undefined);
  const above = layers.insert(layer('above', lost.chainId));
  const [kept, gone] = [image('kept', base.chainId), image('gone', above.chainId)];
  images.add(kept);
  images.add(gone);
  images.setName('docker.io/library/gone:latest', gone.id, 0);
  unsynced.deleteBefore('one boot');
  assert.notEqual(layers.find(lost.chainId), undefined, 'the host has not gone down');
  unsynced.deleteBefore('another boot');
  assert.deepEqual([layers.find(lost.chainId), layers.find(above.chainId)], [undefined, undefined]);
  assert.notEqual(layers.find(base.chainId), undefined);
  assert.deepEqual([images.get(gone.id), images.idOf('docker.io/library/gone:latest')], [undefined, undefined]);
  assert.notEqual(images.get(kept.id), undefined);
  assert.deepEqual(unsynced.all(), { layers: [], images: [] });
});

test('so does an image whose configuration was not, and nothing else', (t) => {
  const { layers, images, unsynced } = emptyState(t);
  const base = layers.insert(layer('base'));
  const [synced, lost] = [image('synced', base.chainId), image('lost', base.chainId)];
  images.add(synced);
  images.add(lost);
  images.setName('docker.io/library/lost:latest', lost.id, 0);
  unsynced.markImage(synced.id, 'one boot');
  unsynced.markSynced(unsynced.all());
  unsynced.markImage(lost.id, 'one boot');
  unsynced.markImage(lost.id, 'one boot');
  assert.deepEqual(unsynced.all(), { layers: [], images: [lost.id] });
  unsynced.deleteBefore('another boot');
  assert.equal(images.get(lost.id), undefined);
  assert.equal(images.idOf('docker.io/library/lost:latest'), undefined);
  assert.notEqual(images.get(synced.id), undefined);
  assert.notEqual(layers.find(base.chainId), undefined);
});

test('an image that is removed takes its mark along', (t) => {
  const { images, unsynced } = emptyState(t);
  const gone = image('gone', undefined);
  images.add(gone);
  unsynced.markImage(gone.id, 'one boot');
  images.remove(gone.id);
  assert.deepEqual(unsynced.all().images, []);
});
