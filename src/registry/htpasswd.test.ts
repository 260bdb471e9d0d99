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

test('every kind of bcrypt that is in use is one', () => {
  const kinds = ['$2a$04', '$2b$10', '$2y$31', '$2$12'];
  const users = parseHtpasswd(kinds.map((kind, index) => `user${index}:${HASH.replace('$2y$05', kind)}`).join('\n'));
  assert.equal(users.size, kinds.length);
});

test('a line that is none is named', () => {
  assert.throws(() => parseHtpasswd(`ana:${HASH}\n${HASH}`), /line 2 has no user/);
  assert.throws(() => parseHtpasswd(`:${HASH}`), /line 1 has no user/);
  const others = ['$2x$05', '$2y$03', '$2y$32', '$2y$5'].map((kind) => HASH.replace('$2y$05', kind));
  for (const hash of ['secret', '{SHA}x', '$apr1$a$b', `${HASH}x`, '', ...others]) {
    assert.throws(() => parseHtpasswd(`ana:${hash}`), /line 1: the password of ana is no bcrypt hash/, hash);
  }
  assert.throws(() => parseHtpasswd('# nobody'), /it has no users/);
});
