import assert from 'node:assert/strict';
import { test } from 'node:test';
import { humanDuration } from './human-duration.ts';

test('a span of time is rounded as Docker rounds it', () => {
  const hour = 3600;
  const expected: [number, string][] = [
    [0.9, 'Less than a second'],
    [1, '1 second'],
    [59, '59 seconds'],
    [60, 'About a minute'],
    [120, '2 minutes'],
    [59 * 60 + 59, '59 minutes'],
    [hour, 'About an hour'],
    [1.5 * hour, '2 hours'],
    [47 * hour, '47 hours'],
    [48 * hour, '2 days'],
    [14 * 24 * hour, '2 weeks'],
    [60 * 24 * hour, '2 months'],
    [730 * 24 * hour, '2 years'],
  ];
  for (const [seconds, text] of expected) assert.equal(humanDuration(seconds), text);
});
