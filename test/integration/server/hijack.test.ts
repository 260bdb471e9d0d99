import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EngineError } from '../../../src/errors/engine-error.ts';
import { createApp } from '../../../src/server/app.ts';
import { registerHijack } from '../../../src/server/hijack.ts';
import { readJson } from '../../../src/server/json-body.ts';

/** `/echo/:id/start` answers its JSON body's bytes as `<json>`, then every byte it gets, then `bye` at the end of input. */
async function serveEcho(t: TestContext): Promise<{ path: string; errors: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-hijack-'));
  const errors: string[] = [];
  const app = createApp({ engineVersion: '0', logError: (message) => errors.push(message) });
  app.get('/plain', async () => ({ plain: true }));
  app.get('/slow', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, 50);
    await promise;
    return { slow: true };
  });
  registerHijack(app, {
    method: 'POST',
    path: '/echo/:id/start',
    prepare: async (request) => {
      const body = await readJson(request);
      const { id } = request.params as { id: string };
      if (id === 'missing') throw new EngineError('not_found', 'No such echo: missing');
      if (id === 'detached') return undefined;
      return {
        contentType: 'application/vnd.docker.raw-stream',
        serve: async (connection) => {
          connection.write(`<${JSON.stringify(body) ?? ''}>`);
          if (id === 'broken') throw new Error('broken on purpose');
          for await (const chunk of connection.iterator({ destroyOnReturn: false })) {
            if (!connection.write(chunk)) await once(connection, 'drain');
          }
          connection.write('bye');
        },
      };
    },
  });
  const path = join(folder, 'sock');
  await app.listen({ path });
  t.after(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });
  return { path, errors };
}

async function talk(path: string, ...parts: (string | Buffer)[]): Promise<string> {
  const socket = connect({ path, allowHalfOpen: true });
  for (const part of parts) {
    socket.write(part);
    await new Promise(setImmediate);
  }
  socket.end();
  return readAll(socket);
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

function post(path: string, headers: readonly string[] = []): string {
  return [`POST ${path} HTTP/1.1`, 'Host: d', ...headers].join('\r\n') + '\r\n\r\n';
}

const UPGRADE = ['Connection: Upgrade', 'Upgrade: tcp'];
const JSON_TYPE = 'Content-Type: application/json';

function bodyOf(answer: string): string {
  return answer.slice(answer.indexOf('\r\n\r\n') + 4);
}

test('a client that asks for an upgrade gets 101 and the stream, with bytes it sent early', async (t) => {
  const { path } = await serveEcho(t);
  const answer = await talk(path, `${post('/v1.45/echo/1/start', UPGRADE)}early`, ' late');
  assert.match(answer, /^HTTP\/1\.1 101 UPGRADED\r\n/);
  assert.match(answer, /\r\nContent-Type: application\/vnd\.docker\.raw-stream\r\n/);
  assert.match(answer, /\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n/);
  assert.equal(bodyOf(answer), '<>early latebye');
});

test('a client that does not ask gets 200 and the same stream, even if its bytes look like another request', async (t) => {
  const { path } = await serveEcho(t);
  const answer = await talk(path, `${post('/echo/1/start')}${post('/plain')}`);
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
  assert.doesNotMatch(answer, /\r\nUpgrade/);
  assert.equal(bodyOf(answer), `<>${post('/plain')}bye`);
});

for (const [form, headers] of [
  ['with an upgrade', UPGRADE],
  ['without an upgrade', []],
] as const) {
  test(`${form}, a JSON body of known length ends where the stream begins`, async (t) => {
    const { path } = await serveEcho(t);
    const head = post('/echo/1/start', [...headers, JSON_TYPE, 'Content-Length: 9']);
    assert.equal(bodyOf(await talk(path, `${head}{"a":"b"}in`, 'put')), '<{"a":"b"}>inputbye');
    assert.equal(bodyOf(await talk(path, head, '{"a":', '"b"}in', 'put')), '<{"a":"b"}>inputbye');
  });

  test(`${form}, a JSON body in chunks ends where the stream begins`, async (t) => {
    const { path } = await serveEcho(t);
    const head = post('/echo/1/start', [...headers, JSON_TYPE, 'Transfer-Encoding: chunked']);
    const body = '4;x=y\r\n{"a"\r\n5\r\n:"b"}\r\n0\r\nTrailer: 1\r\n\r\n';
    assert.equal(bodyOf(await talk(path, `${head}${body}input`)), '<{"a":"b"}>inputbye');
    assert.equal(bodyOf(await talk(path, head, ...body.split(''), 'input')), '<{"a":"b"}>inputbye');
  });

  test(`${form}, an error before the takeover is an ordinary answer`, async (t) => {
    const { path } = await serveEcho(t);
    const missing = await talk(path, post('/v1.45/echo/missing/start', headers));
    assert.match(missing, /^HTTP\/1\.1 404 Not Found\r\n/);
    assert.equal(bodyOf(missing), '{"message":"No such echo: missing"}\n');
    const old = await talk(path, post('/v1.20/echo/1/start', headers));
    assert.match(old, /^HTTP\/1\.1 400 Bad Request\r\n/);
    assert.match(bodyOf(old), /client version 1\.20 is too old/);
    const broken = await talk(path, `${post('/echo/1/start', [...headers, JSON_TYPE, 'Content-Length: 2'])}{x`);
    assert.match(broken, /^HTTP\/1\.1 400 Bad Request\r\n/);
  });
}

test('a request that needs no stream is answered by an empty 200', async (t) => {
  const { path } = await serveEcho(t);
  assert.match(await talk(path, post('/echo/detached/start', UPGRADE)), /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
});

test('a stream that fails is closed and its error is logged', async (t) => {
  const { path, errors } = await serveEcho(t);
  const socket = connect(path);
  socket.write(post('/echo/broken/start', UPGRADE));
  await readAll(socket).catch((error: NodeJS.ErrnoException) => assert.equal(error.code, 'ECONNRESET'));
  assert.deepEqual(errors, ['POST /echo/broken/start failed on its stream']);
});

test('a takeover behind an unanswered request on the same connection waits for its answer', async (t) => {
  const { path } = await serveEcho(t);
  const answer = await talk(path, `GET /slow HTTP/1.1\r\nHost: d\r\n\r\n${post('/echo/1/start', UPGRADE)}x`);
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[^]*\{"slow":true\}\nHTTP\/1\.1 101 UPGRADED\r\n[^]*<>xbye$/);
});

test('an upgrade on any other route is ignored, and the connection stays HTTP', async (t) => {
  const { path } = await serveEcho(t);
  const socket = connect(path);
  socket.write(`GET /plain HTTP/1.1\r\nHost: d\r\n${UPGRADE.join('\r\n')}\r\n\r\n`);
  const [first] = (await once(socket, 'data')) as [Buffer];
  assert.match(first.toString(), /^HTTP\/1\.1 200 OK\r\n[^]*\{"plain":true\}\n$/);
  socket.write('GET /plain HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n');
  assert.match(await readAll(socket), /\{"plain":true\}\n$/);
});

test('fifty megabytes pass through both ways, unchanged and without piling up', async (t) => {
  const { path } = await serveEcho(t);
  const socket = connect({ path, allowHalfOpen: true });
  socket.write(post('/echo/1/start', UPGRADE));
  const block = Buffer.alloc(1024 * 1024, 'skiff');
  let received = 0;
  const reading = (async () => {
    for await (const chunk of socket as AsyncIterable<Buffer>) received += chunk.length;
  })();
  for (let i = 0; i < 50; i++) {
    if (!socket.write(block)) await once(socket, 'drain');
  }
  socket.end();
  await reading;
  assert.ok(received > 50 * block.length && received < 50 * block.length + 1024);
});

test('a client that hangs up before its body is whole leaves nothing and disturbs nobody', async (t) => {
  const { path, errors } = await serveEcho(t);
  const socket = connect(path);
  socket.write(`${post('/echo/1/start', [...UPGRADE, JSON_TYPE, 'Content-Length: 100'])}{`);
  await once(socket, 'connect');
  await new Promise(setImmediate);
  socket.destroy();
  assert.match(await talk(path, 'GET /plain HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n'), /\{"plain":true\}/);
  assert.deepEqual(errors, []);
});
