import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../../src/lib/digest.ts';
import {
  codesOf,
  INDEX_TYPE,
  manifestOf,
  openRegistry,
  pushBlob,
  pushImage,
  putManifest,
  type RegistryFixture,
  statusOf,
} from './registry-fixture.ts';

/** The push workflow of the distribution specification. */

async function start(registry: RegistryFixture, name: string): Promise<string> {
  const answer = await registry.request('POST', `/v2/${name}/blobs/uploads/`);
  assert.equal(answer.status, 202);
  const location = answer.headers.get('location');
  assert.ok(location);
  return location;
}

function chunk(registry: RegistryFixture, location: string, first: number, text: string): Promise<Response> {
  return registry.request('PATCH', location, {
    body: text,
    headers: { 'Content-Type': 'application/octet-stream', 'Content-Range': `${first}-${first + text.length - 1}` },
  });
}

async function contentOf(registry: RegistryFixture, name: string, digest: string): Promise<string> {
  return (await registry.request('GET', `/v2/${name}/blobs/${digest}`)).text();
}

test('a blob in one stream: POST, PATCH and PUT', async (t) => {
  const registry = await openRegistry(t);
  const digest = digestOf('streamed');
  const patched = await registry.request('PATCH', await start(registry, 'app'), { body: 'streamed' });
  assert.equal(patched.status, 202);
  assert.equal(patched.headers.get('range'), '0-7');
  const finished = await registry.request('PUT', `${patched.headers.get('location')}?digest=${digest}`);
  assert.equal(finished.status, 201);
  assert.equal(finished.headers.get('docker-content-digest'), digest);
  assert.equal(finished.headers.get('location'), `/v2/app/blobs/${digest}`);
  assert.equal(await contentOf(registry, 'app', digest), 'streamed');
});

test('a blob in one piece: POST and PUT, or POST alone', async (t) => {
  const registry = await openRegistry(t);
  assert.equal(await contentOf(registry, 'app', await pushBlob(registry, 'app', 'by put')), 'by put');
  const digest = digestOf('by post');
  const posted = await registry.request('POST', `/v2/app/blobs/uploads/?digest=${digest}`, { body: 'by post' });
  assert.equal(posted.status, 201);
  assert.equal(await contentOf(registry, 'app', digest), 'by post');
});

test('an empty blob is a blob', async (t) => {
  const registry = await openRegistry(t);
  assert.equal(await contentOf(registry, 'app', await pushBlob(registry, 'app', '')), '');
});

test('a blob in chunks arrives in order, and a chunk out of order is 416 with where it stands', async (t) => {
  const registry = await openRegistry(t);
  const location = await start(registry, 'app');
  assert.equal((await chunk(registry, location, 0, 'one ')).status, 202);
  for (const [first, text] of [
    [0, 'one '],
    [8, 'three'],
  ] as const) {
    const refused = await chunk(registry, location, first, text);
    assert.equal(refused.status, 416);
    assert.equal(refused.headers.get('range'), '0-3');
    assert.equal(refused.headers.get('location'), location);
    assert.deepEqual(await codesOf(refused), ['BLOB_UPLOAD_INVALID']);
  }
  const status = await registry.request('GET', location);
  assert.deepEqual([status.status, status.headers.get('range')], [204, '0-3']);
  assert.equal((await chunk(registry, location, 4, 'two ')).status, 202);
  const digest = digestOf('one two three');
  const finished = await registry.request('PUT', `${location}?digest=${digest}`, {
    body: 'three',
    headers: { 'Content-Range': '8-12' },
  });
  assert.equal(finished.status, 201);
  assert.equal(await contentOf(registry, 'app', digest), 'one two three');
});

test('a chunk whose range is broken or of another length is 416 as well', async (t) => {
  const registry = await openRegistry(t);
  const location = await start(registry, 'app');
  for (const range of ['nonsense', '5-2', '0-99', '-4', '0-']) {
    const answer = registry.request('PATCH', location, { body: 'text', headers: { 'Content-Range': range } });
    assert.equal(await statusOf(answer), 416, range);
  }
  assert.equal((await registry.request('GET', location)).headers.get('range'), '0-0');
});

test('content of another digest than announced is refused, and the upload is over', async (t) => {
  const registry = await openRegistry(t);
  const wrong = digestOf('something else');
  const location = await start(registry, 'app');
  const refused = await registry.request('PUT', `${location}?digest=${wrong}`, { body: 'this' });
  assert.equal(refused.status, 400);
  assert.deepEqual(await codesOf(refused), ['DIGEST_INVALID']);
  assert.deepEqual(await codesOf(await registry.request('GET', location)), ['BLOB_UPLOAD_UNKNOWN']);
  assert.equal(await statusOf(registry.request('HEAD', `/v2/app/blobs/${wrong}`)), 404);
  const posted = await registry.request('POST', `/v2/app/blobs/uploads/?digest=${wrong}`, { body: 'this' });
  assert.deepEqual(await codesOf(posted), ['DIGEST_INVALID']);
  assert.deepEqual(registry.failures, []);
});

test('an upload without a digest, or with a broken one, cannot be finished but gone on with', async (t) => {
  const registry = await openRegistry(t);
  const location = await start(registry, 'app');
  for (const query of ['', '?digest=', '?digest=sha256:abc', '?digest=md5:d41d8cd98f00b204e9800998ecf8427e']) {
    const answer = await registry.request('PUT', `${location}${query}`, { body: '' });
    assert.deepEqual([answer.status, await codesOf(answer)], [400, ['DIGEST_INVALID']], query);
  }
  assert.equal((await registry.request('PUT', `${location}?digest=${digestOf('x')}`, { body: 'x' })).status, 201);
});

test('an upload that was cancelled is unknown, and one of another repository as well', async (t) => {
  const registry = await openRegistry(t);
  const location = await start(registry, 'app');
  const elsewhere = location.replace('/app/', '/other/');
  assert.deepEqual(await codesOf(await registry.request('GET', elsewhere)), ['BLOB_UPLOAD_UNKNOWN']);
  assert.equal(await statusOf(registry.request('DELETE', location)), 204);
  for (const method of ['GET', 'PATCH', 'PUT', 'DELETE']) {
    const answer = await registry.request(method, `${location}?digest=${digestOf('x')}`);
    assert.deepEqual([answer.status, await codesOf(answer)], [404, ['BLOB_UPLOAD_UNKNOWN']], method);
  }
});

test('a blob is mounted from another repository; where it is not, an upload begins instead', async (t) => {
  const registry = await openRegistry(t);
  const digest = await pushBlob(registry, 'base/image', 'shared layer');
  const mount = (query: string) => registry.request('POST', `/v2/derived/blobs/uploads/?${query}`);
  for (const query of [
    `mount=${digest}&from=elsewhere`,
    `mount=${digestOf('absent')}&from=base/image`,
    'mount=nonsense&from=base/image',
    `mount=${digest}&from=../etc`,
  ]) {
    const answer = await mount(query);
    assert.equal(answer.status, 202, query);
    assert.match(answer.headers.get('location') ?? '', /^\/v2\/derived\/blobs\/uploads\/./);
  }
  const mounted = await mount(`mount=${digest}&from=base/image`);
  assert.equal(mounted.status, 201);
  assert.equal(mounted.headers.get('location'), `/v2/derived/blobs/${digest}`);
  assert.equal(await contentOf(registry, 'derived', digest), 'shared layer');
});

test('a manifest is taken under a tag and under its digest, and tells where it is', async (t) => {
  const registry = await openRegistry(t);
  const { digest, content } = await pushImage(registry, 'app', 'v1');
  for (const reference of ['v2', digest]) {
    const answer = await putManifest(registry, 'app', reference, content);
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('location'), `/v2/app/manifests/${digest}`);
    assert.equal(answer.headers.get('docker-content-digest'), digest);
  }
  const other = await putManifest(registry, 'app', digestOf('other'), content);
  assert.deepEqual([other.status, await codesOf(other)], [400, ['DIGEST_INVALID']]);
});

test('a tag that is pushed again names the new manifest, and the old one stays under its digest', async (t) => {
  const registry = await openRegistry(t);
  const old = await pushImage(registry, 'app', 'latest', { layers: ['old'] });
  const young = await pushImage(registry, 'app', 'latest', { layers: ['young'] });
  const tagged = await registry.request('GET', '/v2/app/manifests/latest');
  assert.equal(await tagged.text(), young.content);
  assert.equal(await statusOf(registry.request('GET', `/v2/app/manifests/${old.digest}`)), 200);
});

test('a manifest whose blobs are missing names each of them', async (t) => {
  const registry = await openRegistry(t);
  const config = await pushBlob(registry, 'app', '{}');
  const missing = [digestOf('one'), digestOf('two')];
  const answer = await putManifest(registry, 'app', 'v1', manifestOf(config, '{}', missing, ['one', 'two']));
  assert.equal(answer.status, 404);
  const { errors } = (await answer.json()) as { errors: { code: string; detail: { digest: string } }[] };
  assert.deepEqual(
    errors.map(({ code, detail }) => [code, detail.digest]),
    missing.map((digest) => ['MANIFEST_BLOB_UNKNOWN', digest]),
  );
});

test('an index is taken when its manifests are there', async (t) => {
  const registry = await openRegistry(t);
  const { digest, content } = await pushImage(registry, 'app', 'amd64');
  const index = (child: string) =>
    JSON.stringify({
      schemaVersion: 2,
      mediaType: INDEX_TYPE,
      manifests: [{ mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: child, size: content.length }],
    });
  assert.equal(await statusOf(putManifest(registry, 'app', 'all', index(digest), INDEX_TYPE)), 201);
  const answer = await registry.request('GET', '/v2/app/manifests/all');
  assert.equal(answer.headers.get('content-type'), INDEX_TYPE);
  await answer.text();
  const refused = await putManifest(registry, 'app', 'broken', index(digestOf('absent')), INDEX_TYPE);
  assert.deepEqual(await codesOf(refused), ['MANIFEST_BLOB_UNKNOWN']);
});

test('an artifact without layers, and layers that come from elsewhere, are taken', async (t) => {
  const registry = await openRegistry(t);
  await pushImage(registry, 'app', 'no-layers', { layers: [] });
  const config = await pushBlob(registry, 'app', '{}');
  const foreign = {
    layers: [
      {
        mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
        digest: digestOf('elsewhere'),
        size: 9,
        urls: ['https://example.com/layer'],
      },
    ],
  };
  assert.equal((await putManifest(registry, 'app', 'foreign', manifestOf(config, '{}', [], [], foreign))).status, 201);
});

test('what is no manifest is refused by its code', async (t) => {
  const registry = await openRegistry(t);
  const config = await pushBlob(registry, 'app', '{}');
  const good = JSON.parse(manifestOf(config, '{}', [], [])) as Record<string, unknown>;
  const broken: [string, string?][] = [
    ['nonsense'],
    ['[]'],
    ['{}'],
    [JSON.stringify({ ...good, schemaVersion: 1 })],
    [JSON.stringify({ ...good, config: undefined })],
    [JSON.stringify({ ...good, layers: 'none' })],
    [JSON.stringify({ ...good, layers: [{ digest: 'sha256:../../etc', size: 1 }] })],
    [JSON.stringify({ ...good, config: { digest: config, size: -1 } })],
    [JSON.stringify({ ...good, subject: { digest: 'x', size: 1 } })],
    [JSON.stringify({ ...good, annotations: { a: 1 } })],
    [JSON.stringify(good), 'application/vnd.docker.distribution.manifest.v2+json'],
    [JSON.stringify({ ...good, mediaType: undefined }), 'application/vnd.docker.distribution.manifest.v1+json'],
  ];
  for (const [content, type] of broken) {
    const answer = await putManifest(registry, 'app', 'v1', content, type);
    assert.deepEqual([answer.status, await codesOf(answer)], [400, ['MANIFEST_INVALID']], content);
  }
  assert.deepEqual(registry.failures, []);
});

test('a manifest of five megabytes is too large, whether its length is told or not', async (t) => {
  const registry = await openRegistry(t);
  const body = Buffer.alloc(5 * 1024 * 1024, ' ');
  const stream = new ReadableStream({
    start(controller) {
      for (let at = 0; at < body.length; at += 65536) controller.enqueue(body.subarray(at, at + 65536));
      controller.close();
    },
  });
  const path = '/v2/app/manifests/v1';
  const told = await registry.request('PUT', path, { body });
  assert.deepEqual([told.status, await codesOf(told)], [413, ['SIZE_INVALID']]);
  const untold = await registry.request('PUT', path, { body: stream, duplex: 'half' } as RequestInit);
  assert.deepEqual([untold.status, await codesOf(untold)], [413, ['SIZE_INVALID']]);
});

test('names, tags and digests that the specification does not allow are refused, and touch no file', async (t) => {
  const registry = await openRegistry(t);
  const cases = [
    ['/v2/UPPER/manifests/v1', 'NAME_INVALID'],
    ['/v2/a..b/manifests/v1', 'NAME_INVALID'],
    ['/v2/_blobs/manifests/v1', 'NAME_INVALID'],
    [`/v2/${'a'.repeat(256)}/manifests/v1`, 'NAME_INVALID'],
    ['/v2/a%2f..%2f..%2fetc/manifests/v1', 'NAME_INVALID'],
    ['/v2/app/manifests/.hidden', 'MANIFEST_INVALID'],
    [`/v2/app/manifests/${'t'.repeat(129)}`, 'MANIFEST_INVALID'],
    ['/v2/app/manifests/sha256:abc', 'DIGEST_INVALID'],
    ['/v2/app/blobs/sha256:abc', 'DIGEST_INVALID'],
    ['/v2/app/blobs/..%2f..%2fetc', undefined],
    ['/v2/app/referrers/nonsense', 'DIGEST_INVALID'],
  ] as const;
  for (const [path, code] of cases) {
    const answer = await registry.request('GET', path);
    const codes = await codesOf(answer);
    assert.equal(answer.status >= 400 && answer.status < 500, true, path);
    if (code !== undefined) assert.deepEqual([answer.status, codes], [400, [code]], path);
  }
  assert.deepEqual(registry.failures, []);
});
