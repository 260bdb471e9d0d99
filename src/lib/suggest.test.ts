import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editDistance, nearest } from './suggest.ts';

test('swapped neighbours count as one mistake', () => {
  assert.equal(editDistance('imgaes', 'images'), 1);
  assert.equal(editDistance('', 'abc'), 3);
  assert.equal(editDistance('same', 'same'), 0);
});

test('the nearest candidate is suggested, the first of several equals', () => {
  assert.equal(nearest('rn', ['run', 'rm', 'ps']), 'run');
  assert.equal(nearest('insepct', ['inspect', 'info']), 'inspect');
});

test('nothing is suggested for a word that is like none', () => {
  assert.equal(nearest('kubernetes', ['run', 'rm', 'ps']), undefined);
});
