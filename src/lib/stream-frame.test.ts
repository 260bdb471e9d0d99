import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameHeader } from './stream-frame.ts';

test('a header has the number of the stream, three zeros, and the length in big-endian order', () => {
  assert.deepEqual([...frameHeader('stdout', 3)], [1, 0, 0, 0, 0, 0, 0, 3]);
  assert.deepEqual([...frameHeader('stderr', 0x01020304)], [2, 0, 0, 0, 1, 2, 3, 4]);
});
