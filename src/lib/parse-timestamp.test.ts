import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { parseTimestampMs } from './parse-timestamp.ts';

const NOW = Date.UTC(2024, 0, 2);

test('durations, seconds and dates name the same points in time as in Docker', () => {
  const cases: [string, number][] = [
    ['10m', NOW - 600_000],
    ['1h30m', NOW - 5_400_000],
    ['1.5s', NOW - 1500],
    ['1136073600', Date.UTC(2006, 0, 1)],
    ['1136073600.5', Date.UTC(2006, 0, 1) + 500],
    ['2006-01-02T15:04:05Z', Date.UTC(2006, 0, 2, 15, 4, 5)],
    ['2006-01-02T15:04:05.5+01:00', Date.UTC(2006, 0, 2, 14, 4, 5, 500)],
    ['2006-01-02Z', Date.UTC(2006, 0, 2)],
    ['2006-01-02T15:04Z', Date.UTC(2006, 0, 2, 15, 4)],
    ['2006-01-02T15Z', Date.UTC(2006, 0, 2, 15)],
    ['2006-01-02', new Date(2006, 0, 2).getTime()],
    ['2006-01-02T15:04:05', new Date(2006, 0, 2, 15, 4, 5).getTime()],
  ];
  for (const [text, expected] of cases) assert.equal(parseTimestampMs(text, NOW), expected, text);
});

test('anything else is refused with the text that clients know', () => {
  for (const text of ['x', '', '2006-13-01', '2006-1-1', '5q']) {
    assert.throws(
      () => parseTimestampMs(text, NOW),
      (error) =>
        isEngineError(error, 'internal') &&
        error.message === `failed to parse value as time or duration: ${JSON.stringify(text)}`,
      text,
    );
  }
});
