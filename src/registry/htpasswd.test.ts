import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHtpasswd } from './htpasswd.ts';

const HASH = '$2y$05$2mb7rCJu.w2hFu6hPu81jOBaG3ICTv8DCFwHpDDYwFM5pJTEcDYLq';

test('users are read line by line, without comments and empty lines', () => {
  const users = parseHtpasswd(`# those who may push\n\nana:${HASH}\r\nbob:${HASH}\n`);
  assert.deepEqual(
    [...users],
    [
      ['ana', HASH],
      ['bob', HASH],
    ],
  );
});

test('a line that is none is named', () => {
  assert.throws(() => parseHtpasswd(`ana:${HASH}\n${HASH}`), /line 2 has no user/);
  assert.throws(() => parseHtpasswd(`:${HASH}`), /line 1 has no user/);
  for (const hash of ['secret', '{SHA}x', '$apr1$a$b', `${HASH}x`, '']) {
    assert.throws(() => parseHtpasswd(`ana:${hash}`), /line 1: the password of ana is no bcrypt hash/, hash);
  }
  assert.throws(() => parseHtpasswd('# nobody'), /it has no users/);
});
