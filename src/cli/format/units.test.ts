import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, binarySize, humanDuration, humanSize } from './units.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const durations: readonly (readonly [number, string])[] = [
  [-5, 'Less than a second'],
  [0.9, 'Less than a second'],
  [1, '1 second'],
  [59.9, '59 seconds'],
  [MINUTE, 'About a minute'],
  [2 * MINUTE, '2 minutes'],
  [HOUR - 1, '59 minutes'],
  [HOUR, 'About an hour'],
  [1.5 * HOUR, '2 hours'],
  [47.4 * HOUR, '47 hours'],
  [48 * HOUR, '2 days'],
  [13 * DAY, '13 days'],
  [14 * DAY, '2 weeks'],
  [59 * DAY, '8 weeks'],
  [60 * DAY, '2 months'],
  [729 * DAY, '24 months'],
  [730 * DAY, '2 years'],
];

for (const [seconds, text] of durations) {
  test(`${seconds} seconds are called ${JSON.stringify(text)}`, () => {
    assert.equal(humanDuration(seconds), text);
  });
}

test('a past moment is counted back from now', () => {
  assert.equal(ago(1_000, 1_090_000), 'About a minute ago');
});

const sizes: readonly (readonly [number, string, string])[] = [
  [0, '0B', '0B'],
  [999, '999B', '999B'],
  [1000, '1kB', '1kB'],
  [1095, '1.095kB', '1.09kB'],
  [1984234, '1.984MB', '1.98MB'],
  [999999, '1000kB', '1e+03kB'],
  [12345678901, '12.35GB', '12.3GB'],
];

for (const [bytes, four, three] of sizes) {
  test(`${bytes} bytes are ${four}, or ${three} with three digits`, () => {
    assert.equal(humanSize(bytes), four);
    assert.equal(humanSize(bytes, 3), three);
  });
}

test('memory is measured in units of 1024', () => {
  assert.equal(binarySize(25276502016), '23.54GiB');
});
