import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareNatural } from './natural-order.ts';

test('numbers inside names are counted', () => {
  assert.deepEqual(['net10', 'net9', 'bridge', 'net', 'net9b'].sort(compareNatural), [
    'bridge',
    'net',
    'net9',
    'net9b',
    'net10',
  ]);
});
