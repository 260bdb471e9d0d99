import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError, type ErrorKind } from '../errors/engine-error.ts';
import { createApp } from './app.ts';

function app() {
  const logged: string[] = [];
  const server = createApp({ engineVersion: '0', logError: (message) => logged.push(message) });
  server.get('/fail/:kind', async (request) => {
    throw new EngineError((request.params as { kind: ErrorKind }).kind, 'as planned');
  });
  server.get('/both', async () => {
    throw new AggregateError([new Error('run failed'), new Error('clean-up failed')]);
  });
  server.get('/named/:name', async (request) => ({ name: (request.params as { name: string }).name }));
  return { server, logged };
}

test('each kind of error has its status, and only internal ones are logged', async () => {
  const { server, logged } = app();
  const statuses = {
    invalid_argument: 400,
    unauthorized: 401,
    forbidden: 403,
    not_found: 404,
    conflict: 409,
    already_exists: 409,
    not_implemented: 501,
    unavailable: 503,
    internal: 500,
  } as const;
  for (const [kind, status] of Object.entries(statuses)) {
    const answer = await server.inject({ url: `/fail/${kind}` });
    assert.equal(answer.statusCode, status, kind);
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.equal(answer.body, '{"message":"as planned"}\n');
  }
  assert.deepEqual(logged, ['GET /fail/internal returned error: as planned']);
});

test('"not modified" has no body', async () => {
  const answer = await app().server.inject({ url: '/fail/not_modified' });
  assert.equal(answer.statusCode, 304);
  assert.equal(answer.body, '');
});

test('when a run and its clean-up failed, the client is told of both', async () => {
  const answer = await app().server.inject({ url: '/both' });
  assert.equal(answer.statusCode, 500);
  assert.deepEqual(answer.json(), { message: 'run failed; clean-up failed' });
});

test('URLs that cannot be decoded are refused with a message like any other error', async () => {
  const answer = await app().server.inject({ url: '/named/%zz' });
  assert.equal(answer.statusCode, 400);
  assert.deepEqual(Object.keys(answer.json()), ['message']);
});

test('names may be as long as headers', async () => {
  const name = 'a'.repeat(10_000);
  assert.deepEqual((await app().server.inject({ url: `/named/${name}` })).json(), { name });
});

test('paths with empty parts are sent on to their clean form', async () => {
  const answer = await app().server.inject({ url: '/v1.45//named//a?b=1' });
  assert.equal(answer.statusCode, 301);
  assert.equal(answer.headers.location, '/v1.45/named/a?b=1');
});

test('OPTIONS is answered for every path', async () => {
  assert.equal((await app().server.inject({ method: 'OPTIONS', url: '/v1.45/named/a' })).statusCode, 200);
});
