import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goFileMode } from './go-file-mode.ts';

test('modes become those of Go, with type and set-user-ID in bits of their own', () => {
  assert.equal(goFileMode(0o040755), 2147484141);
  assert.equal(goFileMode(0o120777), 134218239);
  assert.equal(goFileMode(0o100755), 493);
  assert.equal(goFileMode(0o104755), 493 + 2 ** 23);
  assert.equal(goFileMode(0o041777), 2 ** 31 + 2 ** 20 + 0o777);
});
