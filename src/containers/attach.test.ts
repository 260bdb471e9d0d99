import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { test } from 'node:test';
import { frameHeader } from '../lib/stream-frame.ts';
import { FakeStream } from './testing/fake-runtime.ts';
import { createRequest, running, testEngine } from './testing/test-engine.ts';

const everything = { logs: false, stream: true, stdin: true, stdout: true, stderr: true, detachKeys: '' };

function framed(stream: 'stdout' | 'stderr', data: string): string {
  return frameHeader(stream, Buffer.byteLength(data)).toString('latin1') + data;
}

test('a client that attaches before the start gets the output from its first byte, in frames', async (t) => {
  const engine = await testEngine(t);
  const { id } = await engine.containers.create(createRequest('web'));
  const [connection, client] = duplexPair();
  const session = engine.containers.attach(id, everything);
  const served = session.serve(connection).then(() => connection.end());
  const received = text(client);
  await engine.containers.start(id);
  const { attach, start } = indexOf(engine.runtime.calls);
  assert.ok(attach < start, 'connected before the process runs');
  const stream = streamOf(engine, id);
  stream.say('out');
  stream.say('err', 'stderr');
  engine.runtime.end(id, 0);
  await served;
  assert.equal(await received, framed('stdout', 'out') + framed('stderr', 'err'));
  assert.equal(stream.closed, true);
});

test('the input of one client reaches the process, and its end as well when it was asked for', async (t) => {
  const engine = await testEngine(t);
  const id = await running(engine, 'cat', { OpenStdin: true, StdinOnce: true });
  const [connection, client] = duplexPair();
  const served = engine.containers.attach(id, everything).serve(connection);
  await until(() => engine.runtime.processes.get(id)?.streams.length === 1);
  client.end('typed');
  assert.equal(await text(streamOf(engine, id).input), 'typed');
  engine.runtime.end(id, 0);
  await served;
});

test('the detach keys end the session on a terminal and nothing else', async (t) => {
  const engine = await testEngine(t);
  const id = await running(engine, 'shell', { Tty: true, OpenStdin: true });
  const [connection, client] = duplexPair();
  const served = engine.containers.attach(id, everything).serve(connection);
  await until(() => engine.runtime.processes.get(id)?.streams.length === 1);
  const stream = streamOf(engine, id);
  client.write(Buffer.from([97, 16]));
  client.write(Buffer.from([98, 16, 17]));
  await served;
  stream.input.end();
  assert.deepEqual(await buffer(stream.input), Buffer.from([97, 16, 98]));
  assert.equal((await engine.containers.inspect(id, { size: false })).State.Running, true);
  assert.equal(engine.events.at(-1), 'detach');
});

test('a client that hangs up, before or after the start, leaves nothing behind', async (t) => {
  const engine = await testEngine(t);
  const { id } = await engine.containers.create(createRequest('web'));
  const [early] = duplexPair();
  const waiting = engine.containers.attach(id, everything).serve(early);
  early.destroy();
  await waiting;
  assert.equal(early.listenerCount('close') + early.listenerCount('end') <= 1, true);
  await engine.containers.start(id);
  assert.deepEqual(engine.runtime.processes.get(id)?.streams, []);

  const [late] = duplexPair();
  const served = engine.containers.attach(id, everything).serve(late);
  await until(() => engine.runtime.processes.get(id)?.streams.length === 1);
  late.destroy();
  await served;
  assert.equal(streamOf(engine, id).closed, true);
});

test('a start that fails lets go of those who wait for it', async (t) => {
  const engine = await testEngine(t);
  engine.runtime.failNext = { method: 'create', error: new Error('no') };
  const { id } = await engine.containers.create(createRequest('web'));
  const [connection] = duplexPair();
  const served = engine.containers.attach(id, everything).serve(connection);
  await assert.rejects(engine.containers.start(id), /no/);
  await served;
});

function indexOf(calls: readonly string[]): { attach: number; start: number } {
  return { attach: calls.indexOf('attach'), start: calls.indexOf('start') };
}

function streamOf(engine: Awaited<ReturnType<typeof testEngine>>, id: string): FakeStream {
  const stream = engine.runtime.processes.get(id)?.streams[0];
  assert.ok(stream instanceof FakeStream);
  return stream;
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(setImmediate);
}
