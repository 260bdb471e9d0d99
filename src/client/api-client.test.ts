import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { ApiClient } from './api-client.ts';
import { ApiError, UnreachableError } from './api-error.ts';

let folder: string;
let server: Server;
let seen: string[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  folder = mkdtempSync('/tmp/skc-');
  seen = [];
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  server.listen(join(folder, 's'));
  await once(server, 'listening');
});

afterEach(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

function client(apiVersion?: string): ApiClient {
  return new ApiClient({
    endpoint: { kind: 'unix', path: join(folder, 's') },
    address: 'unix:///s',
    ...(apiVersion === undefined ? {} : { apiVersion }),
  });
}

/** A daemon that speaks 1.45 at most, and answers with the path. */
function olderDaemon(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Api-Version', '1.45');
  const version = request.url?.split('/')[1] ?? '';
  if (version === 'v1.50') {
    response.statusCode = 400;
    response.end('{"message":"client version 1.50 is too new. Maximum supported API version is 1.45"}');
  } else {
    request.resume().on('end', () => response.end(JSON.stringify(request.url)));
  }
}

test('a current daemon is asked once, with the newest version', async () => {
  answer = (_, response) => response.end('"yes"');
  assert.equal(await client().json('GET', '/x'), 'yes');
  assert.deepEqual(seen, ['GET /v1.50/x']);
});

test('an older daemon is asked again with its own version, which is kept', async () => {
  answer = olderDaemon;
  const one = client();
  assert.equal(await one.json('POST', '/x', { json: { a: 1 } }), '/v1.45/x');
  assert.equal(await one.json('GET', '/y'), '/v1.45/y');
  assert.deepEqual(seen, ['POST /v1.50/x', 'POST /v1.45/x', 'GET /v1.45/y']);
});

test('two requests at once to an older daemon both succeed', async () => {
  answer = olderDaemon;
  const one = client();
  const answers = await Promise.all([one.json('GET', '/x'), one.json('GET', '/y')]);
  assert.deepEqual(answers, ['/v1.45/x', '/v1.45/y']);
});

test('a body that can be sent only once waits for the version to be settled', async () => {
  answer = olderDaemon;
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('data');
  }
  const response = await client().request('POST', '/images/load', { body: body() });
  assert.equal(await response.text(), '"/v1.45/images/load"');
  assert.deepEqual(seen, ['GET /_ping', 'POST /v1.45/images/load']);
});

test('a version that the user fixed is not changed', async () => {
  answer = olderDaemon;
  await assert.rejects(client('1.50').json('GET', '/x'), { name: 'ApiError', status: 400, message: /too new/ });
});

test('an answer of 400 or more rejects with the text of the daemon', async () => {
  answer = (_, response) => {
    response.statusCode = 404;
    response.end('{"message":"No such container: x"}\n');
  };
  await assert.rejects(
    client().request('GET', '/x'),
    (error) => error instanceof ApiError && error.status === 404 && error.message === 'No such container: x',
  );
});

test('an error that is no JSON is shown as it is', async () => {
  answer = (_, response) => {
    response.statusCode = 502;
    response.end('Bad Gateway\n');
  };
  await assert.rejects(client().request('GET', '/x'), { name: 'ApiError', message: 'Bad Gateway' });
});

test('a daemon that is not there is named in the error', async () => {
  const missing = new ApiClient({ endpoint: { kind: 'unix', path: join(folder, 'nope') }, address: 'unix:///nope' });
  await assert.rejects(
    missing.request('GET', '/x'),
    (error) =>
      error instanceof UnreachableError &&
      error.message === 'Cannot connect to the Docker daemon at unix:///nope. Is the docker daemon running?',
  );
});

test('a query leaves out what is undefined, repeats lists, and is sorted', async () => {
  answer = (_, response) => response.end('""');
  await client().json('GET', '/x', { query: { z: 1, a: ['p q', 'r'], gone: undefined, flag: true } });
  assert.deepEqual(seen, ['GET /v1.50/x?a=p%20q&a=r&flag=true&z=1']);
});
