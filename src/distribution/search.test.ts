import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { NO_CREDENTIALS } from './credentials.ts';
import { search } from './search.ts';
import { testSettings } from './testing/registry-settings.ts';

const server = createServer((request, response) => {
  seen.push(`${request.url} ${request.headers.authorization ?? '-'}`);
  if (request.url?.startsWith('/v1/search') === true) return index(request, response);
  if (request.url?.startsWith('/v2/_catalog') === true) {
    return void response.end('{"repositories":["team/app","team/other","app"]}');
  }
  response.end('{}');
});
let seen: string[] = [];
let index: RequestListener;
let host: string;

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  seen = [];
});

function find(term: string, credentials: object = {}) {
  const settings = { mirrors: [], insecureRegistries: [], certificateFolders: [], maxDownloads: 3, maxUploads: 5 };
  return search(
    { ...settings, maxAttempts: 1, firstRetryMs: 1 },
    { term: `${host}/${term}`, limit: 2, credentials: { ...NO_CREDENTIALS, ...credentials } },
    new AbortController().signal,
  );
}

test('an index is asked, with the name and password that there are', async () => {
  index = (_, response) =>
    void response.end(
      '{"results":[{"name":"a/x","description":"d","star_count":5,"is_official":true,"is_automated":true},7,{}]}',
    );
  assert.deepEqual(await find('some thing', { username: 'joe', password: 'secret' }), [
    { name: 'a/x', description: 'd', starCount: 5, isOfficial: true, isAutomated: false },
    { name: '', description: '', starCount: 0, isOfficial: false, isAutomated: false },
  ]);
  const basic = `Basic ${Buffer.from('joe:secret').toString('base64')}`;
  assert.deepEqual(seen, [`/v1/search?q=some%20thing&n=2 ${basic}`]);
});

test('without an index the catalogue is looked through, also where a page says nothing of it', async () => {
  const answers: RequestListener[] = [
    (_, response) => void response.writeHead(404).end(),
    (_, response) => void response.writeHead(401).end(),
    (_, response) => void response.end('<html>Welcome</html>'),
    (_, response) => void response.end('[]'),
  ];
  for (index of answers) {
    const names = (await find('app')).map(({ name }) => name);
    assert.deepEqual(names, [`${host}/team/app`, `${host}/app`]);
  }
});

test('an index in trouble is told', async () => {
  index = (_, response) => void response.writeHead(500).end();
  await assert.rejects(find('app'), { message: 'Unexpected status code 500' });
});

test('a registry that is not there is said to be so', async () => {
  await assert.rejects(
    search(
      testSettings(),
      { term: '127.0.0.1:1/app', limit: 2, credentials: NO_CREDENTIALS },
      new AbortController().signal,
    ),
    /dial tcp 127\.0\.0\.1:1: connect: connection refused$/,
  );
});
