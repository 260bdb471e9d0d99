import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNumberList } from './number-list.ts';

test('ranges and single numbers are all in the list', () => {
  assert.deepEqual([...(parseNumberList('0-2,8') ?? [])], [0, 1, 2, 8]);
  assert.deepEqual([...(parseNumberList('') ?? [1])], []);
});

test('what is no list is told from one', () => {
  for (const text of ['x', '1-', '3-1', '0,,1', '-1', '999999']) assert.equal(parseNumberList(text), undefined, text);
});
