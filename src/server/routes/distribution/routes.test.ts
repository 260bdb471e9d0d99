import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApp } from '../../app.ts';
import type { Credentials, DistributionBackend, SearchResult } from './backend.ts';
import { registerDistributionRoutes } from './routes.ts';

function unused(): never {
  throw new Error('this test does not call it');
}

function appWith(backend: Partial<DistributionBackend>) {
  const app = createApp({ engineVersion: '0', logError: () => undefined });
  registerDistributionRoutes(app, {
    pull: unused,
    push: unused,
    login: unused,
    search: unused,
    inspect: unused,
    ...backend,
  });
  return app;
}

const header = (value: string, encoding: 'base64' | 'base64url' = 'base64url') => Buffer.from(value).toString(encoding);

test('credentials come in a header, in either alphabet of base64, and one that is broken is as none', async () => {
  const seen: Credentials[] = [];
  const app = appWith({
    push: async ({ credentials }) => {
      seen.push(credentials);
    },
  });
  const secret = '{"Username":"joe","password":"?>ÿ","identitytoken":"t","email":"x"}';
  for (const text of [header(secret), header(secret, 'base64'), '!!!', header('[]'), header('{"username":1}')]) {
    const url = '/v1.45/images/registry.example:5000/team/app/push?tag=1';
    const answer = await app.inject({ method: 'POST', url, headers: { 'x-registry-auth': text } });
    assert.equal(answer.statusCode, 200);
  }
  const [url, standard, ...none] = seen;
  assert.deepEqual(url, {
    username: 'joe',
    password: '?>ÿ',
    identityToken: 't',
    registryToken: '',
    serverAddress: '',
  });
  assert.deepEqual(standard, url);
  for (const empty of none) assert.ok(Object.values(empty).every((field) => field === ''));
});

test('name and password may also come as one, as configuration files have them', async () => {
  let seen: Credentials | undefined;
  const app = appWith({
    login: async (credentials) => {
      seen = credentials;
      return { identityToken: 'kept' };
    },
  });
  const payload = { auth: header('joe:a:b', 'base64'), serveraddress: 'registry.example' };
  const answer = await app.inject({ method: 'POST', url: '/auth', payload });
  assert.deepEqual(answer.json(), { IdentityToken: 'kept', Status: 'Login Succeeded' });
  assert.equal(seen?.username, 'joe');
  assert.equal(seen?.password, 'a:b');
});

test('a push needs a header or a body, and a tag', async () => {
  const app = appWith({});
  const without = await app.inject({ method: 'POST', url: '/images/a/push?tag=1' });
  assert.equal(without.statusCode, 400);
  assert.match(without.body, /missing X-Registry-Auth: invalid X-Registry-Auth header: EOF/);
  const url = `/images/a/push?tag=sha256:${'a'.repeat(64)}`;
  const digest = await app.inject({ method: 'POST', url, headers: { 'x-registry-auth': header('{}') } });
  assert.match(digest.body, /cannot push a digest reference/);
});

test('a digest that is not sha256 is refused as one', async () => {
  const url = `/images/a/push?tag=sha512:${'a'.repeat(128)}`;
  const answer = await appWith({}).inject({ method: 'POST', url, headers: { 'x-registry-auth': header('{}') } });
  const message = 'unsupported digest algorithm: only sha256 is known';
  assert.deepEqual([answer.statusCode, answer.json()], [400, { message }]);
});

test('the end of a push that failed is its last message', async () => {
  const app = appWith({
    push: async (_request, report) => {
      report({ status: 'begun' });
      throw new Error('it broke');
    },
  });
  const answer = await app.inject({ method: 'POST', url: '/images/a/push', headers: { 'x-registry-auth': 'e30=' } });
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.body, '{"status":"begun"}\r\n{"errorDetail":{"message":"it broke"},"error":"it broke"}\r\n');
});

test('searches are filtered, and limited to what Docker allows', async () => {
  const result = (name: string, starCount: number, isOfficial: boolean): SearchResult => ({
    name,
    description: '',
    starCount,
    isOfficial,
    isAutomated: false,
  });
  const limits: number[] = [];
  const app = appWith({
    search: async ({ limit }) => {
      limits.push(limit);
      return [result('a', 5, true), result('b', 1, false)];
    },
  });
  const namesFor = async (query: string) => {
    const answer = await app.inject({ method: 'GET', url: `/images/search?term=x${query}` });
    return answer.statusCode === 200
      ? answer.json<{ name: string }[]>().map(({ name }) => name)
      : answer.json<{ message: string }>().message;
  };
  assert.deepEqual(await namesFor(''), ['a', 'b']);
  assert.deepEqual(await namesFor('&limit=7&filters={"stars":["2"]}'), ['a']);
  assert.deepEqual(await namesFor('&filters={"is-official":["false"]}'), ['b']);
  assert.deepEqual(limits, [25, 7, 25]);
  assert.equal(await namesFor('&limit=101'), 'limit 101 is outside the range of [1, 100]');
  assert.equal(await namesFor('&filters={"nope":["x"]}'), "invalid filter 'nope'");
  assert.equal(
    await namesFor('&filters={"stars":["x"]}'),
    `invalid filter 'stars=x': strconv.Atoi: parsing "x": invalid syntax`,
  );
});
