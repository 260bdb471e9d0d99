import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identify, isAlive, parseStartTime } from './process-identity.ts';

const rest = Array.from({ length: 30 }, (_, index) => String(index)).join(' ');

test('the start time is the 22nd field, whatever the program is called', () => {
  assert.equal(parseStartTime(`12 (sh) S ${rest}`), '18');
  assert.equal(parseStartTime(`12 (a) b (c) ) R ${rest}`), '18');
});

test('a zombie has ended', () => {
  assert.equal(parseStartTime(`12 (sh) Z ${rest}`), undefined);
});

test('a process is told from another with the same number', () => {
  const self = identify(process.pid);
  assert.ok(self !== undefined && isAlive(self));
  assert.equal(isAlive({ ...self, startTime: '1' }), false);
  assert.equal(identify(2 ** 22 + 1), undefined);
});
