import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ellipsis } from './ellipsis.ts';

test('text that fits is left alone', () => {
  assert.equal(ellipsis('12345', 5), '12345');
  assert.equal(ellipsis('日本', 4), '日本');
});

test('what is cut off leaves an ellipsis inside the width', () => {
  assert.equal(ellipsis('123456', 5), '1234…');
  assert.equal(ellipsis('ünïcödé', 4), 'ünï…');
});

test('wide characters take two columns', () => {
  assert.equal(ellipsis('日本語', 5), '日本…');
});

test('a width of one keeps the first character, none keeps nothing', () => {
  assert.equal(ellipsis('abc', 1), 'a');
  assert.equal(ellipsis('abc', 0), '');
});
