import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownerByNumbers } from './resolve-owner.ts';

const cases: Readonly<Record<string, readonly [uid: number, gid: number] | undefined>> = {
  '7': [7, 7],
  '7:8': [7, 8],
  '7:': [7, 0],
  ':8': [0, 8],
  root: [0, 0],
  'root:root': [0, 0],
  'root:8': [0, 8],
  '2147483647': [2147483647, 2147483647],
  '2147483648': undefined,
  '-1': undefined,
  me: undefined,
  'me:8': undefined,
  '7:us': undefined,
  '7:8:9': undefined,
};

for (const [text, owner] of Object.entries(cases)) {
  test(`--chown=${text} ${owner === undefined ? 'has to be looked up' : `means ${owner.join(':')}`}`, () => {
    assert.deepEqual(ownerByNumbers(text), owner === undefined ? undefined : { uid: owner[0], gid: owner[1] });
  });
}
