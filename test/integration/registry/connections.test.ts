import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { digestOf } from '../../../src/lib/digest.ts';
import { openRegistry, pushBlob, type RegistryFixture, statusOf } from './registry-fixture.ts';

/** What clients do to a connection that fetch does not. */

interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Connects, lets `talk` send, and returns all that comes back until the registry ends the connection. */
async function speak(registry: RegistryFixture, talk: (socket: Socket) => void): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let answer = '';
  const socket = connect(Number(registry.registry.address.split(':')[1]), '127.0.0.1', () => talk(socket));
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
  socket.on('close', () => resolve());
  // A reset shows in what came before it.
  socket.on('error', () => undefined);
  await promise;
  return answer;
}

function parse(answer: string): RawAnswer {
  const end = answer.indexOf('\r\n\r\n');
  return { status: Number(answer.split(' ', 2)[1]), head: answer.slice(0, end), body: answer.slice(end + 4) };
}

function head(line: string, ...headers: string[]): string {
  return [`${line} HTTP/1.1`, 'Host: registry', ...headers, '', ''].join('\r\n');
}

function codesIn(body: string): string[] {
  return (JSON.parse(body) as { errors: { code: string }[] }).errors.map(({ code }) => code);
}

test('a client that sends all before it reads gets the answer that refuses it', async (t) => {
  const registry = await openRegistry(t);
  const content = Buffer.alloc(24 * 1024 ** 2, ' ');
  const answer = parse(
    await speak(registry, (socket) => {
      socket.write(head('PUT /v2/app/manifests/v1', `Content-Length: ${content.length}`));
      socket.write(content);
    }),
  );
  assert.equal(answer.status, 413);
  assert.match(answer.head, /\r\nConnection: close/);
  assert.deepEqual(codesIn(answer.body), ['SIZE_INVALID']);
});

test('a client that asks before it sends is asked for what is wanted, and not for what is refused', async (t) => {
  const registry = await openRegistry(t);
  const digest = digestOf('wanted');
  const expect = ['Expect: 100-continue', 'Content-Length: 6', 'Connection: close'];
  let asked = '';
  const taken = await speak(registry, (socket) => {
    socket.once('data', (chunk: Buffer) => {
      asked = chunk.toString();
      socket.write('wanted');
    });
    socket.write(head(`POST /v2/app/blobs/uploads/?digest=${digest}`, ...expect));
  });
  assert.equal(asked, 'HTTP/1.1 100 Continue\r\n\r\n');
  assert.equal(parse(taken.slice(asked.length)).status, 201);
  const refused = await speak(registry, (socket) => {
    socket.once('data', () => socket.end());
    socket.write(head('POST /v2/NOT/blobs/uploads/', ...expect));
  });
  assert.equal(parse(refused).status, 400);
});

test('bytes that are no request are told so in the form of other refusals, and end their connection alone', async (t) => {
  const registry = await openRegistry(t);
  const flood = Array.from({ length: 1000 }, (_, index) => `X-${index}: ${'a'.repeat(100)}`);
  for (const [bytes, status] of [
    ['\0\0\0\0\r\n\r\n', 400],
    ['GET /v2/ HTTP/9.9\r\n\r\n', 400],
    [head('POST /v2/app/blobs/uploads/', 'Content-Length: 1', 'Content-Length: 2'), 400],
    [head('GET /v2/%ff/tags/list', 'Connection: close'), 400],
    [head('GET /v2/', ...flood), 431],
  ] as const) {
    const answer = parse(await speak(registry, (socket) => void socket.write(bytes)));
    assert.equal(answer.status, status, bytes.slice(0, 60));
    assert.match(answer.head, /Content-Type: application\/json/);
    assert.equal(codesIn(answer.body).length, 1);
  }
  assert.equal(await statusOf(registry.request('GET', '/v2/')), 200);
  assert.deepEqual(registry.failures, []);
});

test('what is no request never gets into an answer that is on its way', async (t) => {
  const registry = await openRegistry(t);
  const content = 'x'.repeat(8 * 1024 ** 2);
  const digest = await pushBlob(registry, 'app', content);
  const answer = parse(
    await speak(registry, (socket) => {
      socket.write(head(`GET /v2/app/blobs/${digest}`));
      // The answer has begun then, and most of it is to come.
      socket.once('data', () => void socket.write('nonsense\r\n\r\n'));
    }),
  );
  assert.equal(answer.status, 200);
  assert.match(answer.body, /^x*$/);
});
