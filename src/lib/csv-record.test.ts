import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCsvRecord } from './csv-record.ts';

test('fields are separated by commas that no quotes enclose', () => {
  assert.deepEqual(parseCsvRecord('a=1,b,"c=x,y","d ""e"""'), ['a=1', 'b', 'c=x,y', 'd "e"']);
  assert.deepEqual(parseCsvRecord('a,'), ['a', '']);
});

test('stray quotes are refused', () => {
  assert.throws(() => parseCsvRecord('a"b'), /bare "/);
  assert.throws(() => parseCsvRecord('"a'), /extraneous or missing "/);
  assert.throws(() => parseCsvRecord('"a"b'), /extraneous or missing "/);
  assert.throws(() => parseCsvRecord(''), /EOF/);
});
