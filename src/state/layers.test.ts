import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { ChainId, DiffId } from '../lib/digest.ts';
import { chainIdOf, digestOf } from '../lib/digest.ts';
import type { ContainerId } from '../lib/ids.ts';
import { StateDatabase } from './database.ts';
import type { LayerRecord } from './layers.ts';
import { LayerRecords } from './layers.ts';

function emptyRecords(t: TestContext): { records: LayerRecords; database: StateDatabase } {
  const database = StateDatabase.open(':memory:');
  t.after(() => database.close());
  return { records: new LayerRecords(database), database };
}

function layer(name: string, parent?: ChainId): LayerRecord {
  const diffId = digestOf(name) as DiffId;
  const chainId = chainIdOf(parent, diffId);
  return { chainId, parent, diffId, blob: diffId, mediaType: 'tar', sizeBytes: 5, directory: name };
}

const nobody = () => false;

test('a record comes back as it was kept, by chain ID and by blob and parent', (t) => {
  const { records } = emptyRecords(t);
  const lower = layer('lower');
  const upper = layer('upper', lower.chainId);
  for (const record of [lower, upper]) {
    assert.deepEqual(records.insert(record), record);
    assert.deepEqual(records.find(record.chainId), record);
    assert.deepEqual(records.findByBlob(record.parent, record.blob), record);
  }
  assert.equal(records.findByBlob(undefined, upper.blob), undefined);
  assert.deepEqual(records.directories(), new Set(['lower', 'upper']));
});

test('of two records of one chain ID the first is kept', (t) => {
  const { records } = emptyRecords(t);
  const first = records.insert(layer('a'));
  assert.deepEqual(records.insert({ ...first, directory: 'other' }), first);
});

test('a release goes down as far as nothing stands on a layer', (t) => {
  const { records, database } = emptyRecords(t);
  const bottom = records.insert(layer('bottom'));
  const middle = records.insert(layer('middle', bottom.chainId));
  const top = records.insert(layer('top', middle.chainId));
  assert.deepEqual(records.release(middle.chainId, nobody), []);
  assert.deepEqual(
    records.release(top.chainId, (chainId) => chainId === top.chainId),
    [],
  );
  const container = 'c' as ContainerId;
  records.setWritable(container, middle.chainId);
  assert.deepEqual(records.release(top.chainId, nobody), [top]);
  records.deleteWritable(container);
  database.sql
    .prepare('INSERT INTO images (id, top_chain_id, created_at_ms) VALUES (?, ?, 0)')
    .run('i', bottom.chainId);
  assert.deepEqual(records.release(middle.chainId, nobody), [middle]);
  assert.deepEqual(records.release(bottom.chainId, nobody), []);
  database.sql.exec('DELETE FROM images');
  assert.deepEqual(records.release(bottom.chainId, nobody), [bottom]);
  assert.equal(records.isBlobNamed(bottom.blob), false);
});

test('a container on a layer that is not there is refused by the database', (t) => {
  const { records } = emptyRecords(t);
  assert.throws(() => records.setWritable('c' as ContainerId, layer('absent').chainId), /FOREIGN KEY/);
  records.setWritable('c' as ContainerId, undefined);
  assert.deepEqual(records.findWritable('c' as ContainerId), { top: undefined });
  assert.equal(records.findWritable('d' as ContainerId), undefined);
  assert.deepEqual(records.writableIds(), ['c']);
});
