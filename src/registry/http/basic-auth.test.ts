import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { basicAuth } from './basic-auth.ts';

function withCredentials(credentials: string): IncomingMessage {
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return { headers: { authorization } } as IncomingMessage;
}

test('a password that was right is not checked again until the users change', async () => {
  let [checks, version] = [0, 1];
  const isKnown = basicAuth(
    async (user, password) => {
      checks++;
      return user === 'ana' && password === 'a:b';
    },
    () => version,
  );
  assert.equal(await isKnown(withCredentials('ana:a:b')), true);
  assert.equal(await isKnown(withCredentials('ana:a:b')), true);
  assert.equal(checks, 1);
  assert.equal(await isKnown(withCredentials('ana:a')), false);
  version = 2;
  assert.equal(await isKnown(withCredentials('ana:a:b')), true);
  assert.equal(checks, 3);
});

test('a password that was right by users who changed while it was checked is not remembered', async () => {
  const { promise: changed, resolve: change } = Promise.withResolvers<boolean>();
  const answers = [changed, Promise.resolve(false)];
  let version = 1;
  const isKnown = basicAuth(
    () => answers.shift() ?? Promise.resolve(false),
    () => version,
  );
  const first = isKnown(withCredentials('ana:old'));
  version = 2;
  change(true);
  await first;
  assert.equal(await isKnown(withCredentials('ana:old')), false);
});
