import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFilters } from './filters.ts';

test('filters of one name are gathered under it', () => {
  const filters = [
    { name: 'label', value: 'a=b' },
    { name: 'status', value: 'running' },
    { name: 'label', value: 'c' },
  ];
  assert.equal(encodeFilters(filters), '{"label":{"a=b":true,"c":true},"status":{"running":true}}');
});

test('no filters are no parameter', () => {
  assert.equal(encodeFilters([]), undefined);
  assert.equal(encodeFilters(undefined), undefined);
});
