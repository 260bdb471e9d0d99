import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isEngineError } from '../../../src/errors/engine-error.ts';
import { outputOf, RuntimeFixture } from '../../support/runtime-fixture.ts';

const MIB = 1024 * 1024;
const fixture = await RuntimeFixture.open();

test('a hundred megabytes go through standard input and output unchanged', async () => {
  const { id, stream } = await fixture.run(['cat'], { stdin: true });
  const sent = createHash('sha256');
  const received = createHash('sha256');
  const reading = (async () => {
    for await (const { data } of stream.output) received.update(data);
  })();
  for (let block = 0; block < 100; block++) {
    const data = randomBytes(MIB);
    sent.update(data);
    if (!stream.input.write(data)) await once(stream.input, 'drain');
  }
  stream.input.end();
  await reading;
  assert.equal(received.digest('hex'), sent.digest('hex'));
  assert.equal((await fixture.runtime.wait(id)).exitCode, 0);
  await fixture.runtime.delete(id);
});

test('what a container wrote before it ended arrives although input was left unread', async () => {
  const { id, stream } = await fixture.run(['head', '-c', '5'], { stdin: true });
  stream.input.end(Buffer.alloc(4 * MIB, 'y'));
  assert.equal((await outputOf(stream)).stdout, 'yyyyy');
  await fixture.runtime.delete(id);
});

test('a client that reads nothing holds the container up, not the memory, and its end is noticed', async () => {
  const { id, stream } = await fixture.run(['yes']);
  await fixture.runtime.kill(id, 9);
  assert.equal((await fixture.runtime.wait(id)).exitCode, 137);
  assert.ok((await outputOf(stream)).stdout.length < MIB);
  await fixture.runtime.delete(id);
});

test('a client that only listened does not close standard input for another when it leaves', async () => {
  const { id, stream } = await fixture.run(['cat'], { stdin: true });
  const listener = await fixture.runtime.attach(id);
  stream.input.write('one\n');
  const heard = await listener.output[Symbol.asyncIterator]().next();
  assert.equal(heard.value?.data.toString(), 'one\n');
  listener.close();
  stream.input.end('two\n');
  assert.equal((await outputOf(stream)).stdout, 'one\ntwo\n');
  await fixture.runtime.delete(id);
});

test('standard input stays open for the next client unless it is for one client', async () => {
  const { id, stream } = await fixture.run(['head', '-n', '2'], { stdin: true, stdinOnce: false });
  const output = outputOf(stream);
  stream.input.end('one\n');
  await once(stream.input, 'finish');
  const second = await fixture.runtime.attach(id);
  second.input.write('two\n');
  assert.equal((await output).stdout, 'one\ntwo\n');
  second.close();
  await fixture.runtime.delete(id);
});

test('there is nothing to attach to once the container has ended', async () => {
  const { id } = await fixture.run(['true']);
  await fixture.runtime.wait(id);
  await assert.rejects(fixture.runtime.attach(id), (error) => isEngineError(error, 'not_found'));
  await fixture.runtime.delete(id);
});

test('a client is attached when the monitor has taken its connection, however late that is', async () => {
  const id = await fixture.create(['echo', 'quick']);
  const monitor = await monitorOf(id);
  process.kill(monitor, 'SIGSTOP');
  const attached = fixture.runtime.attach(id);
  assert.equal(await Promise.race([attached, delay(50, 'waits')]), 'waits');
  process.kill(monitor, 'SIGCONT');
  const output = outputOf(await attached);
  await fixture.runtime.start(id);
  assert.equal((await output).stdout, 'quick\n');
  await fixture.runtime.delete(id);
});

test('more clients at once than the monitor’s queue holds are all attached, and all can write', async () => {
  const clients = Array.from({ length: 40 }, (_, n) => n);
  const { id, stream } = await fixture.run(['head', '-n', String(clients.length)], { stdin: true });
  const output = outputOf(stream);
  const monitor = await monitorOf(id);
  process.kill(monitor, 'SIGSTOP');
  const attached = Promise.all(clients.map(() => fixture.runtime.attach(id)));
  assert.equal(await Promise.race([attached, delay(50, 'waits')]), 'waits');
  process.kill(monitor, 'SIGCONT');
  const streams = await attached;
  for (const n of clients) streams[n]?.input.write(`${n}\n`);
  const lines = (await output).stdout.trim().split('\n').map(Number);
  assert.deepEqual(
    lines.sort((a, b) => a - b),
    clients,
  );
  for (const each of streams) each.close();
  await fixture.runtime.delete(id);
});

async function monitorOf(id: string): Promise<number> {
  const record = await readFile(join(fixture.execRoot, 'containers', id, 'monitor.json'), 'utf8');
  return (JSON.parse(record) as { monitor: { pid: number } }).monitor.pid;
}
