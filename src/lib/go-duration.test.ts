import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatGoDuration, parseGoDuration } from './go-duration.ts';

test('durations are read as Go reads them', () => {
  assert.equal(parseGoDuration('0'), 0);
  assert.equal(parseGoDuration('1h2m3.5s'), 3723.5e9);
  assert.equal(parseGoDuration('-1.5h'), -5400e9);
  assert.equal(parseGoDuration('+5us'), 5000);
  assert.equal(parseGoDuration('5µs'), 5000);
  assert.equal(parseGoDuration('.5ms'), 5e5);
});

test('other texts are refused in the words of Go', () => {
  assert.throws(() => parseGoDuration(''), { message: 'time: invalid duration ""' });
  assert.throws(() => parseGoDuration('x'), { message: 'time: invalid duration "x"' });
  assert.throws(() => parseGoDuration('.s'), { message: 'time: invalid duration ".s"' });
  assert.throws(() => parseGoDuration('5'), { message: 'time: missing unit in duration "5"' });
  assert.throws(() => parseGoDuration('5d'), { message: 'time: unknown unit "d" in duration "5d"' });
});

test('durations are written as Go writes them', () => {
  const texts: [number, string][] = [
    [0, '0s'],
    [15, '15ns'],
    [1500, '1.5µs'],
    [2e6, '2ms'],
    [30e9, '30s'],
    [90e9, '1m30s'],
    [3600e9, '1h0m0s'],
    [-3723.5e9, '-1h2m3.5s'],
  ];
  for (const [nanoseconds, text] of texts) assert.equal(formatGoDuration(nanoseconds), text);
});
