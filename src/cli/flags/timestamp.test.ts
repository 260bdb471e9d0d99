import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTimestamp } from './timestamp.ts';

const now = new Date('2026-01-02T03:04:05.678Z');
const seconds = (iso: string): string => String(Date.parse(iso) / 1000);

test('a duration is counted back from now', () => {
  assert.equal(parseTimestamp('10s', now), `${seconds('2026-01-02T03:03:55Z')}.678000000`);
  assert.equal(parseTimestamp('1h30m', now), `${seconds('2026-01-02T01:34:05Z')}.678000000`);
});

test('seconds since 1970 stay as they are', () => {
  assert.equal(parseTimestamp('1136073845', now), '1136073845');
  assert.equal(parseTimestamp('1136073845.000000001', now), '1136073845.000000001');
});

test('dates are read with as much of a time as they have', () => {
  assert.equal(parseTimestamp('2006-01-02T15:04:05.999999999Z', now), `${seconds('2006-01-02T15:04:05Z')}.999999999`);
  assert.equal(parseTimestamp('2006-01-02T15:04:05+07:00', now), `${seconds('2006-01-02T08:04:05Z')}.000000000`);
  assert.equal(parseTimestamp('2006-01-02T15:04Z', now), `${seconds('2006-01-02T15:04:00Z')}.000000000`);
  assert.equal(parseTimestamp('2006-01-02T15Z', now), `${seconds('2006-01-02T15:00:00Z')}.000000000`);
  assert.equal(parseTimestamp('2006-01-02Z', now), `${seconds('2006-01-02T00:00:00Z')}.000000000`);
});

test('anything else is refused in the words of docker', () => {
  const message = 'failed to parse value as time or duration: "what"';
  assert.throws(() => parseTimestamp('what', now), { message });
});
