import assert from 'node:assert/strict';
import { readdirSync, utimesSync } from 'node:fs';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../../src/lib/digest.ts';
import { until } from '../../support/until.ts';
import { codesOf, openRegistry, pushBlob, type RegistryFixture, statusOf } from './registry-fixture.ts';

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
