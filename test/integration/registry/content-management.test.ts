import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { digestOf } from '../../../src/lib/digest.ts';
import {
  codesOf,
  MANIFEST_TYPE,
  openRegistry,
  pushBlob,
  pushImage,
  putManifest,
  statusOf,
} from './registry-fixture.ts';

/** The content management workflow of the distribution specification. */

test('a tag is deleted alone: the manifest stays, and its other tags', async (t) => {
  const registry = await openRegistry(t);
  const { digest, content } = await pushImage(registry, 'app', 'v1');
  await putManifest(registry, 'app', 'v2', content);
  assert.equal(await statusOf(registry.request('DELETE', '/v2/app/manifests/v1')), 202);
  const again = await registry.request('DELETE', '/v2/app/manifests/v1');
  assert.deepEqual([again.status, await codesOf(again)], [404, ['MANIFEST_UNKNOWN']]);
  assert.equal(await statusOf(registry.request('GET', '/v2/app/manifests/v1')), 404);
  for (const reference of ['v2', digest]) {
    assert.equal(await statusOf(registry.request('GET', `/v2/app/manifests/${reference}`)), 200);
  }
  const list = (await (await registry.request('GET', '/v2/app/tags/list')).json()) as { tags: string[] };
  assert.deepEqual(list.tags, ['v2']);
});

test('a manifest is deleted by its digest with all its tags, and no other', async (t) => {
  const registry = await openRegistry(t);
  const doomed = await pushImage(registry, 'app', 'v1');
  await putManifest(registry, 'app', 'v1-too', doomed.content);
  await pushImage(registry, 'app', 'v2');
  assert.equal(await statusOf(registry.request('DELETE', `/v2/app/manifests/${doomed.digest}`)), 202);
  for (const reference of [doomed.digest, 'v1', 'v1-too']) {
    assert.equal(await statusOf(registry.request('GET', `/v2/app/manifests/${reference}`)), 404);
  }
  assert.equal(await statusOf(registry.request('GET', '/v2/app/manifests/v2')), 200);
  assert.equal(await statusOf(registry.request('DELETE', `/v2/app/manifests/${doomed.digest}`)), 404);
  assert.equal((await putManifest(registry, 'app', 'back', doomed.content)).status, 201);
});

test('a repository whose last manifest was deleted has no tags, and is out of the catalogue', async (t) => {
  const registry = await openRegistry(t);
  const { digest } = await pushImage(registry, 'app', 'v1');
  assert.equal(await statusOf(registry.request('DELETE', `/v2/app/manifests/${digest}`)), 202);
  const tags = await registry.request('GET', '/v2/app/tags/list');
  assert.deepEqual([tags.status, await tags.json()], [200, { name: 'app', tags: [] }]);
  assert.deepEqual(await (await registry.request('GET', '/v2/_catalog')).json(), { repositories: [] });
  await pushImage(registry, 'app', 'v1');
  assert.equal(await statusOf(registry.request('GET', '/v2/app/manifests/v1')), 200);
});

test('a blob is deleted from one repository only', async (t) => {
  const registry = await openRegistry(t);
  const digest = await pushBlob(registry, 'one', 'bytes');
  await pushBlob(registry, 'two', 'bytes');
  assert.equal(await statusOf(registry.request('DELETE', `/v2/one/blobs/${digest}`)), 202);
  assert.equal(await statusOf(registry.request('GET', `/v2/one/blobs/${digest}`)), 404);
  const again = await registry.request('DELETE', `/v2/one/blobs/${digest}`);
  assert.deepEqual([again.status, await codesOf(again)], [404, ['BLOB_UNKNOWN']]);
  assert.equal(await statusOf(registry.request('GET', `/v2/two/blobs/${digest}`)), 200);
});

test('a referrer that is deleted is out of the list', async (t) => {
  const registry = await openRegistry(t);
  const subject = { mediaType: MANIFEST_TYPE, digest: digestOf('subject'), size: 7 };
  const { digest } = await pushImage(registry, 'app', 'signature', { more: { subject } });
  await registry.request('DELETE', `/v2/app/manifests/${digest}`);
  const answer = await registry.request('GET', `/v2/app/referrers/${subject.digest}`);
  assert.deepEqual(((await answer.json()) as { manifests: unknown[] }).manifests, []);
});

test('a read-only registry gives everything and takes nothing', async (t) => {
  const writable = await openRegistry(t);
  const { digest, config, content } = await pushImage(writable, 'app', 'v1');
  const registry = await openRegistry(t, { root: writable.root, readOnly: true });
  assert.equal(await (await registry.request('GET', '/v2/app/manifests/v1')).text(), content);
  assert.equal(await statusOf(registry.request('HEAD', `/v2/app/blobs/${config}`)), 200);
  for (const [method, path] of [
    ['POST', '/v2/app/blobs/uploads/'],
    ['POST', `/v2/app/blobs/uploads/?mount=${config}&from=app`],
    ['GET', `/v2/app/blobs/uploads/${randomUUID()}`],
    ['PATCH', `/v2/app/blobs/uploads/${randomUUID()}`],
    ['PUT', `/v2/app/blobs/uploads/${randomUUID()}?digest=${config}`],
    ['DELETE', `/v2/app/blobs/uploads/${randomUUID()}`],
    ['PUT', '/v2/app/manifests/v2'],
    ['PUT', `/v2/app/manifests/${digest}`],
    ['DELETE', '/v2/app/manifests/v1'],
    ['DELETE', `/v2/app/manifests/${digest}`],
    ['DELETE', `/v2/app/blobs/${config}`],
  ] as const) {
    const answer = await registry.request(method, path);
    assert.deepEqual([answer.status, await codesOf(answer)], [405, ['UNSUPPORTED']], `${method} ${path}`);
    assert.equal(answer.headers.get('allow'), path.includes('uploads') ? '' : 'GET, HEAD');
  }
});

test('a method that a path does not have is refused in the form of the specification', async (t) => {
  const registry = await openRegistry(t);
  for (const [method, path, allow] of [
    ['POST', '/v2/', 'GET, HEAD'],
    ['PUT', '/v2/_catalog', 'GET, HEAD'],
    ['POST', '/v2/app/manifests/v1', 'GET, HEAD, PUT, DELETE'],
    ['PUT', `/v2/app/blobs/${digestOf('x')}`, 'GET, HEAD, DELETE'],
    ['DELETE', '/v2/app/tags/list', 'GET, HEAD'],
    ['POST', `/v2/app/referrers/${digestOf('x')}`, 'GET, HEAD'],
    ['PATCH', '/v2/app/blobs/uploads/', 'POST'],
    ['POST', `/v2/app/blobs/uploads/${randomUUID()}`, 'GET, HEAD, PATCH, PUT, DELETE'],
  ] as const) {
    const answer = await registry.request(method, path);
    assert.deepEqual([answer.status, await codesOf(answer)], [405, ['UNSUPPORTED']], path);
    assert.equal(answer.headers.get('allow'), allow, path);
  }
});
