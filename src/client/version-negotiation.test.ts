import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions, olderVersionFrom } from './version-negotiation.ts';

test('versions are compared by their numbers', () => {
  assert.ok(compareVersions('1.9', '1.24') < 0);
  assert.ok(compareVersions('2.0', '1.50') > 0);
  assert.equal(compareVersions('1.45', '1.45'), 0);
});

test('the newest version of a refusal is taken when it is older than ours', () => {
  const refusal = 'client version 1.50 is too new. Maximum supported API version is 1.45';
  assert.equal(olderVersionFrom(refusal, '1.50'), '1.45');
  assert.equal(olderVersionFrom('1.51', '1.50'), undefined);
  assert.equal(olderVersionFrom('1.50', '1.50'), undefined);
  assert.equal(olderVersionFrom('nothing', '1.50'), undefined);
});
