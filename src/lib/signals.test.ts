import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSignal } from './signals.ts';

test('signals are known by name in any case, with or without SIG, and by number', () => {
  assert.deepEqual(
    ['SIGTERM', 'term', 'Kill', '9', 'SIGRTMIN', 'RTMIN+3', 'rtmax-1'].map(parseSignal),
    [15, 15, 9, 9, 34, 37, 63],
  );
});

test('anything else is none', () => {
  for (const text of ['', '0', 'nope', '-1', 'RTMIN+31', '1.5']) assert.equal(parseSignal(text), undefined, text);
});
