import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { after, before, beforeEach, test } from 'node:test';
import { NO_CREDENTIALS } from '../credentials.ts';
import { prove } from '../login.ts';
import { RegistryClient } from '../registry-client.ts';

const never = new AbortController().signal;
const JOE = { username: 'joe', password: 'secret' };
const BASIC = `Basic ${Buffer.from('joe:secret').toString('base64')}`;

/** A registry that lets in whom `letsIn` says, and a token server at the same address. */
const registry = createServer((request, response) => {
  seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`);
  if (request.url?.startsWith('/token') === true) return void answerToken(request, response);
  if (letsIn(request.headers.authorization)) return void response.end('{}');
  response.writeHead(401, { 'www-authenticate': challenges() }).end();
});
/** Another host, which has no business with the registry's users. */
const stranger = createServer((request, response) => {
  seen.push(`stranger ${request.headers.authorization ?? '-'}`);
  response.end('{"token":"foreign"}');
});

let seen: string[] = [];
let letsIn: (authorization: string | undefined) => boolean;
let challenges: () => string | string[];
let answerToken: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
let base: string;
let strangerBase: string;

before(async () => {
  const bases: string[] = [];
  for (const server of [registry, stranger]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    bases.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }
  [base = '', strangerBase = ''] = bases;
});
after(() => {
  for (const server of [registry, stranger]) {
    server.close();
    server.closeAllConnections();
  }
});
beforeEach(() => {
  seen = [];
  letsIn = (authorization) => authorization === 'Bearer good';
  challenges = () => `Bearer realm="${base}/token",service="registry"`;
  answerToken = (_, response) => void response.end('{"token":"good"}');
});

async function connect(credentials: object = JOE, maxAttempts = 1): Promise<RegistryClient> {
  const endpoint = { base, host: base.slice('http://'.length), isMirror: false, acceptsAnyCertificate: false };
  const settings = { mirrors: [], insecureRegistries: [], certificateFolders: [], maxDownloads: 3, maxUploads: 5 };
  return await RegistryClient.connect(
    endpoint,
    { ...NO_CREDENTIALS, ...credentials },
    { ...settings, maxAttempts, firstRetryMs: 1 },
    never,
  );
}

async function get(client: RegistryClient, target = '/v2/a/manifests/1'): Promise<void> {
  const scopes = ['repository:a:pull'];
  const response = await client.send({ method: 'GET', target, scopes, signal: never });
  await buffer(response.body);
}

async function asked(credentials?: object): Promise<string[]> {
  const client = await connect(credentials);
  try {
    await get(client);
    return seen;
  } finally {
    client.close();
  }
}

test('a token server that has moved is followed, with the credentials that are meant for its host', async () => {
  answerToken = ({ url }, response) => {
    if (url === '/token/new') response.end('{"access_token":"good"}');
    else response.writeHead(302, { location: '/token/new' }).end();
  };
  const requests = await asked();
  assert.deepEqual(requests.slice(1), [
    `GET /token?service=registry&scope=repository%3Aa%3Apull&account=joe ${BASIC}`,
    `GET /token/new ${BASIC}`,
    'GET /v2/a/manifests/1 Bearer good',
  ]);
});

test('a token server that has moved to another host takes no credentials there', async () => {
  letsIn = (authorization) => authorization === 'Bearer foreign';
  answerToken = (_, response) => void response.writeHead(307, { location: `${strangerBase}/token` }).end();
  assert.ok((await asked()).includes('stranger -'));
});

test('a token server that redirects for ever is left', async () => {
  answerToken = ({ url = '' }, response) => void response.writeHead(302, { location: url }).end();
  await assert.rejects(asked(), /received unexpected HTTP status: 302 Found$/);
  assert.ok(seen.length < 20);
});

test('what a token server says is told with the request that it was asked for, and is not the registry’s word', async () => {
  const cases: [number, string, RegExp][] = [
    [403, '{"errors":[{"code":"DENIED","message":"no"}]}', /^denied: no$/],
    [404, '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}', /^manifest unknown: manifest unknown$/],
    [401, '{"details":"incorrect username or password"}', /^unauthorized: incorrect username or password$/],
    [200, '{}', /^authorization server did not include a token in the response$/],
    [200, '<html>', /^unable to decode token response: /],
  ];
  for (const [status, body, expected] of cases) {
    answerToken = (_, response) => void response.writeHead(status).end(body);
    await assert.rejects(asked(), (error: Error & { code?: string; kind: string }) => {
      const prefix = `Head "${base}/v2/a/manifests/1": `;
      assert.ok(error.message.startsWith(prefix), error.message);
      assert.match(error.message.slice(prefix.length), expected);
      assert.deepEqual([error.kind, error.code], ['internal', undefined]);
      return true;
    });
  }
});

test('a token server in trouble is asked again', async () => {
  let failures = 0;
  answerToken = (_, response) =>
    void (failures++ < 2 ? response.writeHead(503).end() : response.end('{"token":"good"}'));
  const client = await connect(JOE, 5);
  await get(client);
  client.close();
});

test('a challenge without a token server, and a registry that wants what nobody has, are said to be so', async () => {
  challenges = () => 'Bearer service="registry"';
  await assert.rejects(asked(), /: no realm specified for token auth challenge$/);
  challenges = () => 'Negotiate';
  await assert.rejects(asked(), /^EngineError: unauthorized: authentication required$/);
});

test('of several challenges the one with tokens is taken, in one header or in two', async () => {
  const bearer = String(challenges());
  for (const both of [`${bearer}, Basic realm="x"`, ['Basic realm="x"', bearer]]) {
    seen = [];
    challenges = () => both;
    assert.equal((await asked()).at(-1), 'GET /v2/a/manifests/1 Bearer good');
  }
});

test('a token that has ended is renewed, and one token does for all requests until then', async () => {
  let current = 1;
  letsIn = (authorization) => authorization === `Bearer ${current}`;
  answerToken = (_, response) => void response.end(`{"token":"${current}","expires_in":300}`);
  const client = await connect();
  await get(client);
  await get(client);
  assert.equal(seen.filter((line) => line.includes('/token')).length, 1);
  current = 2;
  await get(client);
  assert.equal(seen.filter((line) => line.includes('/token')).length, 2);
  client.close();
});

test('a refresh token goes to the token server in the form of OAuth, and a registry token to the registry as it is', async () => {
  let form = new URLSearchParams();
  answerToken = async (request, response) => {
    form = new URLSearchParams(await text(request));
    response.end('{"access_token":"good"}');
  };
  const requests = await asked({ identityToken: 'refresh' });
  assert.equal(requests[1], 'POST /token -');
  assert.deepEqual(Object.fromEntries(form), {
    grant_type: 'refresh_token',
    refresh_token: 'refresh',
    service: 'registry',
    client_id: 'docker',
    scope: 'repository:a:pull',
  });
  seen = [];
  assert.deepEqual(await asked({ registryToken: 'good' }), ['GET /v2/ -', 'GET /v2/a/manifests/1 Bearer good']);
});

test('a login asks for a refresh token, which is kept instead of the password', async () => {
  answerToken = (_, response) => void response.end('{"token":"good","refresh_token":"later"}');
  const client = await connect();
  assert.deepEqual(await prove(client, { ...NO_CREDENTIALS, ...JOE }, never), { identityToken: 'later' });
  assert.deepEqual(seen.slice(1), [
    `GET /token?service=registry&offline_token=true&client_id=docker&account=joe ${BASIC}`,
    'GET /v2/ Bearer good',
  ]);
  client.close();
});

test('a login without a password is told what it is for', async () => {
  challenges = () => 'Basic realm="x"';
  const client = await connect({});
  await assert.rejects(prove(client, NO_CREDENTIALS, never), {
    message: `Get "${base}/v2/": no basic auth credentials`,
  });
  client.close();
});
