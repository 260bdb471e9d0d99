import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../../src/lib/digest.ts';
import { codesOf, MANIFEST_TYPE, openRegistry, pushBlob, pushImage, statusOf } from './registry-fixture.ts';

/** The pull workflow of the distribution specification, and what HTTP adds to it. */

const ABSENT = digestOf('never pushed');

test('the base of the API says that it is there', async (t) => {
  const { request } = await openRegistry(t);
  const answer = await request('GET', '/v2/');
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('docker-distribution-api-version'), 'registry/2.0');
  await answer.text();
});

test('a manifest comes by tag and by digest, byte for byte, and HEAD tells the same without it', async (t) => {
  const registry = await openRegistry(t);
  const { digest, content } = await pushImage(registry, 'team/app', '1.0');
  for (const reference of ['1.0', digest]) {
    const path = `/v2/team/app/manifests/${reference}`;
    const [got, head] = [await registry.request('GET', path), await registry.request('HEAD', path)];
    assert.equal(await got.text(), content);
    for (const answer of [got, head]) {
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('content-type'), MANIFEST_TYPE);
      assert.equal(answer.headers.get('docker-content-digest'), digest);
      assert.equal(answer.headers.get('content-length'), String(content.length));
    }
    assert.equal(await head.text(), '');
  }
});

test('a blob comes as it was pushed, and HEAD tells its size', async (t) => {
  const registry = await openRegistry(t);
  const digest = await pushBlob(registry, 'app', 'precious bytes');
  const path = `/v2/app/blobs/${digest}`;
  const [got, head] = [await registry.request('GET', path), await registry.request('HEAD', path)];
  assert.equal(await got.text(), 'precious bytes');
  for (const answer of [got, head]) {
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-length'), '14');
    assert.equal(answer.headers.get('docker-content-digest'), digest);
    assert.equal(answer.headers.get('content-type'), 'application/octet-stream');
  }
});

test('what is not there is 404 with the code of its kind', async (t) => {
  const { request } = await openRegistry(t);
  const cases = [
    [`/v2/app/manifests/latest`, 'MANIFEST_UNKNOWN'],
    [`/v2/app/manifests/${ABSENT}`, 'MANIFEST_UNKNOWN'],
    [`/v2/app/blobs/${ABSENT}`, 'BLOB_UNKNOWN'],
    [`/v2/app/tags/list`, 'NAME_UNKNOWN'],
    ['/v2/app/blobs/uploads/2d7e8a5c-0000-4000-8000-000000000000', 'BLOB_UPLOAD_UNKNOWN'],
  ] as const;
  for (const [path, code] of cases) {
    const answer = await request('GET', path);
    assert.equal(answer.status, 404, path);
    assert.deepEqual(await codesOf(answer), [code], path);
    assert.equal(await statusOf(request('HEAD', path)), 404, path);
  }
});

test('a blob of one repository is not there in another', async (t) => {
  const registry = await openRegistry(t);
  const digest = await pushBlob(registry, 'mine', 'private');
  assert.equal(await statusOf(registry.request('GET', `/v2/yours/blobs/${digest}`)), 404);
});

test('parts of a blob are served by range, as resuming clients ask for them', async (t) => {
  const registry = await openRegistry(t);
  const path = `/v2/app/blobs/${await pushBlob(registry, 'app', '0123456789')}`;
  const part = async (range: string, more: Record<string, string> = {}) => {
    const answer = await registry.request('GET', path, { headers: { Range: range, ...more } });
    return [answer.status, answer.headers.get('content-range'), await answer.text()];
  };
  assert.deepEqual(await part('bytes=3-'), [206, 'bytes 3-9/10', '3456789']);
  assert.deepEqual(await part('bytes=3-5'), [206, 'bytes 3-5/10', '345']);
  assert.deepEqual(await part('bytes=-4'), [206, 'bytes 6-9/10', '6789']);
  assert.deepEqual(await part('bytes=0-99'), [206, 'bytes 0-9/10', '0123456789']);
  for (const none of ['bytes=10-', 'bytes=5-3', 'bytes=-0']) {
    const answer = await registry.request('GET', path, { headers: { Range: none } });
    const found = [answer.status, answer.headers.get('content-range'), await codesOf(answer)];
    assert.deepEqual(found, [416, 'bytes */10', ['SIZE_INVALID']], none);
  }
  assert.deepEqual(await part('bytes=1-2,5-6'), [200, null, '0123456789']);
  assert.deepEqual(await part('lines=1-2'), [200, null, '0123456789']);
  assert.deepEqual(await part('bytes=3-5', { 'If-Range': '"something else"' }), [200, null, '0123456789']);
});

test('what a client has already is not sent again', async (t) => {
  const registry = await openRegistry(t);
  const { digest, config } = await pushImage(registry, 'app', 'v1');
  const headers = (tag: string) => ({ headers: { 'If-None-Match': `"${tag}"` } });
  assert.equal(await statusOf(registry.request('GET', `/v2/app/blobs/${config}`, headers(config))), 304);
  assert.equal(await statusOf(registry.request('GET', '/v2/app/manifests/v1', headers(digest))), 304);
  assert.equal(await statusOf(registry.request('GET', '/v2/app/manifests/v1', headers(config))), 200);
});
