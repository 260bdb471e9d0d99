import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../../src/lib/digest.ts';
import { until } from '../../support/until.ts';
import { codesOf, openRegistry, pushBlob, pushImage, type RegistryFixture, statusOf } from './registry-fixture.ts';

/** Uploads that are interrupted, gone on with, given up, or several at once. */

async function start(registry: RegistryFixture): Promise<string> {
  const location = (await registry.request('POST', '/v2/app/blobs/uploads/')).headers.get('location');
  assert.ok(location);
  return location;
}

/** A PATCH that announces more than it sends, and stays open. */
function halfPatch(registry: RegistryFixture, location: string, text: string): ClientRequest {
  const outgoing = httpRequest(new URL(location, registry.base), {
    method: 'PATCH',
    headers: { 'Content-Length': 1000 },
  });
  outgoing.on('error', () => undefined); // the registry or the test cuts it
  outgoing.write(text);
  return outgoing;
}

async function rangeOf(registry: RegistryFixture, location: string): Promise<string | null> {
  return (await registry.request('GET', location)).headers.get('range');
}

async function finish(registry: RegistryFixture, location: string, rest: string, whole: string): Promise<void> {
  const from = whole.length - rest.length;
  const answer = await registry.request('PUT', `${location}?digest=${digestOf(whole)}`, {
    body: rest,
    headers: { 'Content-Range': `${from}-${whole.length - 1}` },
  });
  assert.equal(answer.status, 201, await answer.text());
  assert.equal(await (await registry.request('GET', `/v2/app/blobs/${digestOf(whole)}`)).text(), whole);
}

test('an upload whose connection breaks keeps what has come, and is gone on with', async (t) => {
  const registry = await openRegistry(t);
  const location = await start(registry);
  const broken = halfPatch(registry, location, 'first half, ');
  await until('the first half has come', async () => (await rangeOf(registry, location)) === '0-11');
  broken.destroy();
  await finish(registry, location, 'second half', 'first half, second half');
  assert.deepEqual(registry.failures, []);
});

test('a request takes an upload over from one whose connection hangs', async (t) => {
  const registry = await openRegistry(t);
  const location = await start(registry);
  const hanging = halfPatch(registry, location, 'first half, ');
  await until('the first half has come', async () => (await rangeOf(registry, location)) === '0-11');
  await finish(registry, location, 'second half', 'first half, second half');
  hanging.destroy();
});

test('requests for one upload at once end with its codes, and leave nothing', async (t) => {
  const registry = await openRegistry(t);
  for (let round = 0; round < 20; round++) {
    const location = await start(registry);
    const methods = ['PATCH', 'PATCH', 'DELETE', 'PATCH', 'GET', 'DELETE', 'PATCH'];
    const answers = await Promise.all(
      methods.map((method) => registry.request(method, location, method === 'PATCH' ? { body: 'some' } : {})),
    );
    for (const answer of answers) {
      const codes = answer.status < 400 ? [] : await codesOf(answer);
      const expected = { 202: [], 204: [], 404: ['BLOB_UPLOAD_UNKNOWN'], 409: ['BLOB_UPLOAD_INVALID'] };
      assert.deepEqual(codes, expected[answer.status as keyof typeof expected], String(answer.status));
    }
    assert.deepEqual(readdirSync(join(registry.root, 'uploads')), []);
  }
  assert.deepEqual(registry.failures, []);
});

test('an upload is gone on with after the registry was started again', async (t) => {
  const before = await openRegistry(t);
  const location = await start(before);
  assert.equal(await statusOf(before.request('PATCH', location, { body: 'first half, ' })), 202);
  await before.registry.close();
  const after = await openRegistry(t, { root: before.root });
  assert.equal(await rangeOf(after, location), '0-11');
  await finish(after, location, 'second half', 'first half, second half');
});

test('an upload that nothing was added to for long is given up, and another is not', async (t) => {
  const registry = await openRegistry(t, { uploadExpiryMs: 60_000 });
  const [old, young] = [await start(registry), await start(registry)];
  for (const location of [old, young]) await statusOf(registry.request('PATCH', location, { body: 'begun' }));
  const longAgo = new Date(Date.now() - 61_000);
  utimesSync(join(registry.root, 'uploads', old.slice(old.lastIndexOf('/') + 1), 'data'), longAgo, longAgo);
  await registry.registry.collectGarbage();
  assert.deepEqual(await codesOf(await registry.request('GET', old)), ['BLOB_UPLOAD_UNKNOWN']);
  assert.equal(await rangeOf(registry, young), '0-4');
  await statusOf(registry.request('DELETE', young));
  assert.deepEqual(readdirSync(join(registry.root, 'uploads')), []);
});

test('the same blob may come several times at once, and is one', async (t) => {
  const registry = await openRegistry(t);
  const content = 'the same bytes '.repeat(10_000);
  const digests = await Promise.all(['app', 'app', 'app', 'b', 'c'].map((name) => pushBlob(registry, name, content)));
  assert.deepEqual(new Set(digests), new Set([digestOf(content)]));
  assert.deepEqual(readdirSync(join(registry.root, 'content/blobs/sha256')).length, 1);
  assert.deepEqual(readdirSync(join(registry.root, 'uploads')), []);
});

test('a whole blob in one request that breaks leaves nothing', async (t) => {
  const registry = await openRegistry(t);
  const outgoing = httpRequest(new URL(`/v2/app/blobs/uploads/?digest=${digestOf('x')}`, registry.base), {
    method: 'POST',
    headers: { 'Content-Length': 1000 },
  });
  outgoing.on('error', () => undefined); // the test cuts it
  outgoing.write('half');
  await until('the upload has begun', () => readdirSync(join(registry.root, 'uploads')).length === 1);
  outgoing.destroy();
  await until('the upload is gone', () => readdirSync(join(registry.root, 'uploads')).length === 0);
});

test('an upload that a request works on is never given up', async (t) => {
  const registry = await openRegistry(t, { uploadExpiryMs: 1 });
  const location = await start(registry);
  const outgoing = httpRequest(new URL(location, registry.base), { method: 'PATCH' });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  const first = 'x'.repeat(1024 ** 2);
  outgoing.write(first);
  const data = join(registry.root, 'uploads', location.slice(location.lastIndexOf('/') + 1), 'data');
  await until('it is being written', () => statSync(data).size > 0);
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(data, longAgo, longAgo);
  await registry.registry.collectGarbage();
  outgoing.end('last');
  const [answer] = await answered;
  assert.deepEqual([answer.statusCode, answer.headers['range']], [202, `0-${first.length + 3}`]);
  answer.resume();
});

test('uploads expire also where no garbage is collected', async (t) => {
  const registry = await openRegistry(t, { uploadExpiryMs: 20, gcIntervalMs: 0 });
  await start(registry);
  await until('it is gone', () => readdirSync(join(registry.root, 'uploads')).length === 0);
});

test('a registry whose folders are removed while it runs tells what is gone, and takes what comes', async (t) => {
  const registry = await openRegistry(t);
  const { digest, config } = await pushImage(registry, 'app', 'v1');
  const location = await start(registry);
  for (const name of readdirSync(registry.root)) rmSync(join(registry.root, name), { recursive: true });
  assert.equal(await statusOf(registry.request('GET', `/v2/app/manifests/${digest}`)), 404);
  assert.equal(await statusOf(registry.request('GET', `/v2/app/blobs/${config}`)), 404);
  assert.deepEqual(await codesOf(await registry.request('PATCH', location, { body: 'x' })), ['BLOB_UPLOAD_UNKNOWN']);
  await registry.registry.collectGarbage();
  for (const gone of ['content', 'uploads', 'temporary', 'repositories']) {
    rmSync(join(registry.root, gone), { recursive: true, force: true });
    await pushImage(registry, 'app', 'v2');
    assert.equal(await statusOf(registry.request('GET', '/v2/app/manifests/v2')), 200, gone);
  }
  assert.deepEqual(registry.failures, []);
});
