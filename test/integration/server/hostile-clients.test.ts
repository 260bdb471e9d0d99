import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EventBus } from '../../../src/events/event-bus.ts';
import { createApp } from '../../../src/server/app.ts';
import { rawBody, readJson } from '../../../src/server/json-body.ts';
import { hangUpSignal, jsonLines, sendStream } from '../../../src/server/stream-response.ts';
import { until } from '../../support/until.ts';

interface Served {
  readonly path: string;
  readonly errors: string[];
  readonly events: EventBus;
  /** Bytes of raw bodies so far, and how the last one ended. */
  readonly uploads: { bytes: number; ended: string };
}

async function serve(t: TestContext): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-hostile-'));
  const errors: string[] = [];
  const events = new EventBus();
  const uploads = { bytes: 0, ended: '' };
  const app = createApp({ engineVersion: '0', logError: (message) => errors.push(message) });
  app.post('/json', async (request) => ({ got: await readJson(request) }));
  app.post('/upload', async (request) => {
    uploads.ended = 'cut';
    for await (const chunk of rawBody(request) ?? []) uploads.bytes += (chunk as Buffer).length;
    uploads.ended = 'whole';
    return { bytes: uploads.bytes };
  });
  app.get('/follow', async (_request, reply) => {
    await sendStream(reply, 'application/json', jsonLines(events.read({ signal: hangUpSignal(reply) })));
    return reply;
  });
  app.get('/breaks', async (_request, reply) => {
    await sendStream(reply, 'application/x-tar', breakingSource());
    return reply;
  });
  const path = join(folder, 'sock');
  await app.listen({ path });
  t.after(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });
  return { path, errors, events, uploads };
}

async function* breakingSource(): AsyncGenerator<string> {
  yield 'a part';
  throw new Error('the disk is gone');
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close').catch(() => undefined);
  return Buffer.concat(chunks).toString();
}

function send(path: string, bytes: string): Promise<string> {
  const socket = connect(path);
  socket.on('error', () => undefined);
  socket.write(bytes);
  return readAll(socket);
}

const CLOSE = 'Host: d\r\nConnection: close\r\n';

function json(body: string): string {
  return `POST /json HTTP/1.1\r\n${CLOSE}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

async function stillServes({ path, errors }: Served): Promise<void> {
  assert.match(await send(path, json('{"a":1}')), /\{"got":\{"a":1\}\}\n$/);
  assert.deepEqual(errors, []);
}

test('bytes that are no HTTP are answered by 400 and a JSON message', async (t) => {
  const served = await serve(t);
  for (const bytes of ['\x16\x03\x01\x02\x00', 'HELO there\r\n\r\n', 'GET /json HTTP/9.9\r\n\r\n']) {
    const answer = await send(served.path, bytes);
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n[^]*\r\n\r\n\{"message":"Bad Request: .*"\}\n$/);
  }
  await stillServes(served);
});

test('two lengths, or a length and chunks, are refused: nobody smuggles a request', async (t) => {
  const served = await serve(t);
  const both = `POST /json HTTP/1.1\r\n${CLOSE}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
  assert.match(await send(served.path, both), /^HTTP\/1\.1 400/);
  const two = `POST /json HTTP/1.1\r\n${CLOSE}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`;
  assert.match(await send(served.path, two), /^HTTP\/1\.1 400/);
  await stillServes(served);
});

test('a flood of headers is refused by 431', async (t) => {
  const served = await serve(t);
  const flood = `GET /follow HTTP/1.1\r\n${CLOSE}${'X-Flood: 0123456789012345678901234567890123456789\r\n'.repeat(30_000)}\r\n`;
  assert.match(await send(served.path, flood), /^HTTP\/1\.1 431 /);
  await stillServes(served);
});

test('many headers that fit, such as credentials for registries, are read', async (t) => {
  const served = await serve(t);
  const body = '{"a":1}';
  const large = json(body).replace('\r\n\r\n', `\r\nX-Registry-Config: ${'x'.repeat(200_000)}\r\n\r\n`);
  assert.match(await send(served.path, large), /^HTTP\/1\.1 200 OK/);
});

test('JSON that is broken, of another type, empty or too large is refused with a clear message', async (t) => {
  const served = await serve(t);
  const cases: [string, RegExp][] = [
    [json('{"a":'), /"invalid JSON: unexpected EOF"/],
    [json('{} {}'), /"unexpected content after JSON"/],
    [json(' '), /"invalid JSON: got EOF while reading request body"/],
    [json(`"${'x'.repeat(17 * 1024 * 1024)}"`), /"request body too large: more than 16777216 bytes of JSON"/],
    [
      json('{}').replace('application/json', 'text/plain'),
      /"unsupported Content-Type header \(text\/plain\): must be 'application\/json'"/,
    ],
    [
      json('{}').replace('Content-Type: application/json\r\n', ''),
      /"malformed Content-Type header \(\): mime: no media type"/,
    ],
    [
      json('{}').replace('application/json', 'a;;b'),
      /"malformed Content-Type header \(a;;b\): mime: invalid media parameter"/,
    ],
  ];
  for (const [request, message] of cases) {
    const answer = await send(served.path, request);
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
    assert.match(answer, message);
  }
  await stillServes(served);
});

test('a client that hangs up in the middle of a body ends only its own request', async (t) => {
  const served = await serve(t);
  const jsonClient = connect(served.path);
  jsonClient.write(json('{"a":1}').slice(0, -3));
  const uploadClient = connect(served.path);
  uploadClient.write(`POST /upload HTTP/1.1\r\n${CLOSE}Content-Length: 1000\r\n\r\n0123456789`);
  await until('the upload has begun', () => served.uploads.bytes === 10);
  jsonClient.destroy();
  uploadClient.destroy();
  await until('both are gone', () => served.errors.length === 0 && served.uploads.ended === 'cut');
  await stillServes(served);
});

test('a body that comes byte by byte is read, and others are served meanwhile', async (t) => {
  const served = await serve(t);
  const socket = connect(served.path);
  const answer = readAll(socket);
  for (const byte of json('{"a":1}')) {
    socket.write(byte);
    await new Promise(setImmediate);
  }
  await stillServes(served);
  assert.match(await answer, /\{"got":\{"a":1\}\}\n$/);
});

test('requests in one packet are answered in their order', async (t) => {
  const served = await serve(t);
  const first = json('{"n":1}').replace('Connection: close\r\n', '');
  const answer = await send(served.path, first + json('{"n":2}'));
  assert.match(answer, /\{"got":\{"n":1\}\}\n[^]*\{"got":\{"n":2\}\}\n$/);
});

test('a client that follows and hangs up is forgotten at once', async (t) => {
  const served = await serve(t);
  const socket = connect(served.path);
  socket.write('GET /follow HTTP/1.1\r\nHost: d\r\n\r\n');
  const [head] = (await once(socket, 'data')) as [Buffer];
  assert.match(head.toString(), /^HTTP\/1\.1 200 OK\r\n/, 'the headers come before the first event');
  assert.equal(served.events.readerCount, 1);
  socket.destroy();
  await until('nobody reads events', () => served.events.readerCount === 0);
  await stillServes(served);
});

test('an upload of any type and length reaches its handler as it comes', async (t) => {
  const served = await serve(t);
  const socket = connect(served.path);
  const answer = readAll(socket);
  const size = 64 * 1024 * 1024;
  socket.write(`POST /upload HTTP/1.1\r\n${CLOSE}Content-Type: application/x-tar\r\nContent-Length: ${size}\r\n\r\n`);
  for (let sent = 0; sent < size; sent += 1024 * 1024) {
    if (!socket.write(Buffer.alloc(1024 * 1024))) await once(socket, 'drain');
  }
  assert.match(await answer, /\{"bytes":67108864\}\n$/);
});

test('a stream that breaks is cut off, so that nobody takes it for whole, and is logged', async (t) => {
  const { path, errors } = await serve(t);
  const answer = await send(path, `GET /breaks HTTP/1.1\r\n${CLOSE}\r\n`);
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n(6\r\na part\r\n)?$/);
  assert.deepEqual(errors, ['GET /breaks broke off']);
});
