import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { ChainId, DiffId } from '../lib/digest.ts';
import { chainIdOf, digestOf } from '../lib/digest.ts';
import type { ContainerId } from '../lib/ids.ts';
import { StateDatabase } from './database.ts';
import type { LayerRecord } from './layers.ts';
import { LayerRecords } from './layers.ts';
import { linkedLayersMigration } from './migrations/011-linked-layers.ts';
import { migrations } from './migrations.ts';
import { UnsyncedState } from './unsynced.ts';

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

test('layers are the same, with all that stands on them, when directories may be shared', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-state-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'state.db');
  const place = migrations.indexOf(linkedLayersMigration);
  const old = StateDatabase.open(path, migrations.slice(0, place));
  const lower = layer('lower');
  const upper: LayerRecord = { ...layer('upper', lower.chainId), compressedBlob: digestOf('gzip') };
  // The upper one first: a row may stand before the one that it refers to.
  old.transaction(() => {
    old.sql.exec('PRAGMA defer_foreign_keys = ON');
    for (const record of [upper, lower]) new LayerRecords(old).insert(record);
  });
  const standing = `INSERT INTO images (id, top_chain_id, created_at_ms) VALUES ('i', :top, 0);
    INSERT INTO writable_layers (container_id, top_chain_id) VALUES ('c', :top);
    INSERT INTO unsynced_layers VALUES (:top, 'boot')`;
  for (const sql of standing.split(';')) old.sql.prepare(sql).run({ top: upper.chainId });
  old.close();
  const database = StateDatabase.open(path);
  t.after(() => database.close());
  const records = new LayerRecords(database);
  for (const record of [lower, upper]) assert.deepEqual(records.find(record.chainId), record);
  assert.deepEqual(new UnsyncedState(database).all().layers, [upper.chainId]);
  assert.deepEqual(database.sql.prepare('PRAGMA foreign_key_check').all(), []);
  assert.deepEqual(records.release(upper.chainId, nobody), [], 'what needs it still does');
  assert.throws(() => database.sql.exec('DELETE FROM layers'), /FOREIGN KEY/);
});

test('a layer on another parent has the directory of the first, until none has it', (t) => {
  const { records, database } = emptyRecords(t);
  const base = records.insert(layer('base'));
  const first: LayerRecord = { ...layer('files'), compressedBlob: digestOf('gzip') };
  records.insertUnsynced(first, 'boot', () => undefined);
  const told: LayerRecord[] = [];
  const linked = records.insertLinked(first.chainId, base.chainId, (record) => told.push(record));
  assert.deepEqual(linked, { ...first, chainId: chainIdOf(base.chainId, first.diffId), parent: base.chainId });
  assert.deepEqual(records.find(linked.chainId), linked);
  assert.deepEqual(told, [linked]);
  const marked = new Set(new UnsyncedState(database).all().layers);
  assert.deepEqual(marked, new Set([first.chainId, linked.chainId]), 'its files are not synced');
  assert.deepEqual(
    records.insertLinked(first.chainId, base.chainId, () => undefined),
    linked,
    'once',
  );
  assert.deepEqual(
    records.insertLinked(linked.chainId, undefined, () => undefined),
    first,
    'and back',
  );
  records.release(first.chainId, nobody);
  assert.equal(records.isDirectoryNamed('files'), true);
  records.release(linked.chainId, nobody);
  assert.equal(records.isDirectoryNamed('files'), false);
});

test('a layer is linked together with what is noted of it, or not at all', (t) => {
  const { records } = emptyRecords(t);
  const base = records.insert(layer('base'));
  const files = records.insert(layer('files'));
  const fail = () => {
    throw new Error('cannot be noted');
  };
  assert.throws(() => records.insertLinked(files.chainId, base.chainId, fail), /cannot be noted/);
  assert.equal(records.find(chainIdOf(base.chainId, files.diffId)), undefined);
  assert.throws(() => records.insertLinked(layer('other').chainId, base.chainId, fail), /does not exist/);
});
