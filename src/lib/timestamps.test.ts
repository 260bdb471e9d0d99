import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLogTime, formatNs, nowNs } from './timestamps.ts';

test('times have up to nine digits of fraction, and those of logs always nine', () => {
  const whole = 1_700_000_000_000_000_000n;
  assert.equal(formatNs(whole), '2023-11-14T22:13:20Z');
  assert.equal(formatNs(whole + 1_200_000n), '2023-11-14T22:13:20.0012Z');
  assert.equal(formatNs(whole + 1n), '2023-11-14T22:13:20.000000001Z');
  assert.equal(formatLogTime(whole + 1_200_000n), '2023-11-14T22:13:20.001200000Z');
});

test('the clock does not stand still or run back between two readings, and is the clock of the host', () => {
  const readings = Array.from({ length: 100 }, nowNs);
  for (const [index, reading] of readings.slice(1).entries()) assert.ok(reading > (readings[index] ?? 0n));
  assert.ok(Math.abs(Number(nowNs() / 1_000_000n) - Date.now()) < 50);
});
