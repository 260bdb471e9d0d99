import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { after, before, test } from 'node:test';
import { runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

const TALKS = { Cmd: ['sh', '-c', 'while :; do echo line; usleep 20000; done'], OpenStdin: true };
const CONTAINERS = 20;
/** Clients of each of ten kinds: a kind that leaks is seen. */
const EACH = 5;

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const openDescriptors = () => readdirSync(`/proc/${daemon.pid}/fd`).length;

/** A client that reads as it comes and hangs up whenever `destroy` is called. */
function follow(method: string, path: string, body?: string, declaredBytes = body?.length ?? 0): ClientRequest {
  const headers = { 'content-type': 'application/json', 'content-length': declaredBytes };
  const client = request({ socketPath: daemon.socketPath, method, path, headers, agent: false });
  client.on('error', () => undefined);
  client.on('response', (response) => response.on('error', () => undefined).resume());
  // A body that is shorter than it was said to be stays open.
  client.write(body ?? '');
  return client;
}

async function newExec(id: string): Promise<string> {
  const body = { Cmd: ['sleep', '0.3'], AttachStdin: true, AttachStdout: true };
  return (await daemon.call('POST', `/containers/${id}/exec`, { body })).json<{ Id: string }>().Id;
}

async function openEverything(id: string): Promise<ClientRequest[]> {
  return [
    follow('GET', `/containers/${id}/logs?stdout=1&follow=1`),
    follow('POST', `/containers/${id}/attach?stream=1&stdout=1`),
    follow('POST', `/containers/${id}/attach?stream=1&stdin=1&stdout=1`),
    follow('POST', `/containers/${id}/wait`),
    follow('GET', '/events'),
    follow('GET', '/images/busybox/get'),
    follow('POST', '/images/load', 'no archive', 100_000),
    follow('POST', '/images/create?fromSrc=-', 'no archive', 100_000),
    follow('POST', '/containers/create', '{"Image":', 1000),
    follow('POST', `/exec/${await newExec(id)}/start`, '{"Detach":false}'),
  ];
}

test('fifty clients that hang up in the midst of every kind of stream leave no descriptor open', async () => {
  const id = await runContainer(daemon, TALKS);
  const before = openDescriptors();
  const all = (await Promise.all(Array.from({ length: EACH }, () => openEverything(id)))).flat();
  assert.equal((await daemon.call('GET', '/_ping')).status, 200);
  for (const client of all) client.destroy();
  await until('their descriptors are closed', () => openDescriptors() < before + EACH);
  assert.equal((await daemon.call('DELETE', `/containers/${id}?force=1`)).status, 204);
});

test('SIGTERM: gone in two seconds with status 0, while twenty containers run on and clients follow', async () => {
  const ids = await Promise.all(Array.from({ length: CONTAINERS }, () => runContainer(daemon, TALKS)));
  const clients = (await Promise.all(ids.slice(0, 5).map(openEverything))).flat();
  const { status, milliseconds } = await daemon.stop();
  assert.equal(status, 0, daemon.log());
  assert.ok(milliseconds < 2000, `${milliseconds} ms`);
  for (const client of clients) client.destroy();
  await daemon.start();
  const running = (await daemon.call('GET', '/containers/json')).json<{ Id: string }[]>();
  assert.deepEqual(running.map(({ Id }) => Id).sort(), ids.sort());
});
