import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { RegistryUpstream } from '../../../src/daemon/registry/registry-upstream.ts';
import { digestOf } from '../../../src/lib/digest.ts';
import { JOE } from '../../support/docker-registry.ts';
import { until } from '../../support/until.ts';
import {
  codesOf,
  INDEX_TYPE,
  MANIFEST_TYPE,
  openRegistry,
  pushImage,
  putManifest,
  type RegistryFixture,
  statusOf,
} from './registry-fixture.ts';

/** A registry that caches another. */

function cacheOf(t: TestContext, base: string, root?: string): Promise<RegistryFixture> {
  return openRegistry(t, { upstream: new RegistryUpstream(new URL(base)), ...(root === undefined ? {} : { root }) });
}

/** A registry by a function: for what no good registry does. */
async function fakeRegistry(t: TestContext, answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server: Server = createServer(answer);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('what was pulled through a cache is there when the other registry is gone', async (t) => {
  const upstream = await openRegistry(t);
  const image = await pushImage(upstream, 'team/app', 'v1');
  const cache = await cacheOf(t, upstream.base);
  const pull = async () => {
    const manifest = await cache.request('GET', '/v2/team/app/manifests/v1');
    assert.equal(await manifest.text(), image.content);
    for (const digest of [image.config, ...image.layers]) {
      const blob = await cache.request('GET', `/v2/team/app/blobs/${digest}`);
      assert.equal(digestOf(await blob.text()), digest);
    }
    const tags = (await (await cache.request('GET', '/v2/team/app/tags/list')).json()) as { tags: string[] };
    assert.deepEqual(tags.tags, ['v1']);
  };
  await pull();
  await upstream.registry.close();
  await pull();
  const missing = await cache.request('GET', '/v2/team/app/manifests/v2');
  assert.equal(missing.status, 503);
  await missing.text();
});

test('a tag that was moved is moved in the cache with the next pull', async (t) => {
  const upstream = await openRegistry(t);
  await pushImage(upstream, 'app', 'latest', { layers: ['old'] });
  const cache = await cacheOf(t, upstream.base);
  await statusOf(cache.request('GET', '/v2/app/manifests/latest'));
  const young = await pushImage(upstream, 'app', 'latest', { layers: ['young'] });
  assert.equal(await (await cache.request('GET', '/v2/app/manifests/latest')).text(), young.content);
});

test('what the other registry does not have is 404, and nothing can be pushed', async (t) => {
  const upstream = await openRegistry(t);
  const cache = await cacheOf(t, upstream.base);
  const absent = digestOf('absent');
  for (const [path, code] of [
    ['/v2/app/manifests/v1', 'MANIFEST_UNKNOWN'],
    [`/v2/app/manifests/${absent}`, 'MANIFEST_UNKNOWN'],
    [`/v2/app/blobs/${absent}`, 'BLOB_UNKNOWN'],
    ['/v2/app/tags/list', 'NAME_UNKNOWN'],
  ] as const) {
    const answer = await cache.request('GET', path);
    assert.deepEqual([answer.status, await codesOf(answer)], [404, [code]], path);
  }
  assert.equal(await statusOf(cache.request('POST', '/v2/app/blobs/uploads/')), 405);
  assert.deepEqual(cache.failures, []);
});

test('several who want a blob at once share one fetch, each gets it as it comes, and it goes on when one leaves', async (t) => {
  const content = Buffer.alloc(3 * 1024 * 1024, 'x');
  const digest = digestOf(content);
  const { promise: gate, resolve: goOn } = Promise.withResolvers<void>();
  let fetches = 0;
  const base = await fakeRegistry(t, (request, response) => {
    if (!request.url?.includes('/blobs/')) return response.end('{}');
    response.setHeader('Content-Length', content.length);
    if (request.method === 'HEAD') return response.end();
    fetches++;
    response.write(content.subarray(0, 2 * 1024 * 1024));
    void gate.then(() => response.end(content.subarray(2 * 1024 * 1024)));
    return undefined;
  });
  const cache = await cacheOf(t, base);
  const path = `/v2/app/blobs/${digest}`;
  const leaving = new AbortController();
  const first = await cache.request('GET', path, { signal: leaving.signal });
  const reader = first.body?.getReader();
  assert.ok(((await reader?.read())?.value?.length ?? 0) > 0, 'the beginning comes before the end has arrived');
  const others = [cache.request('GET', path), cache.request('GET', path)];
  const started = await Promise.all(others);
  leaving.abort();
  goOn();
  for (const answer of started) assert.equal(digestOf(Buffer.from(await answer.arrayBuffer())), digest);
  const part = await cache.request('GET', path, { headers: { Range: 'bytes=10-19' } });
  assert.deepEqual([part.status, (await part.text()).length], [206, 10]);
  assert.equal(fetches, 1);
  assert.deepEqual(readdirSync(join(cache.root, 'uploads')), []);
});

test('a blob that is not what its digest says reaches nobody whole, and is not kept', async (t) => {
  const digest = digestOf('what was asked for');
  const base = await fakeRegistry(t, (_request, response) => {
    response.setHeader('Content-Length', 9);
    response.end('forgeries');
  });
  const cache = await cacheOf(t, base);
  await assert.rejects(async () => (await cache.request('GET', `/v2/app/blobs/${digest}`)).text());
  await until('the fetch has ended', () => readdirSync(join(cache.root, 'uploads')).length === 0);
  assert.deepEqual(readdirSync(join(cache.root, 'content/blobs/sha256')), []);
  assert.match(cache.failures.join('\n'), /was not fetched/);
});

test('a connection that breaks in the middle of a blob is gone on with by the cache', async (t) => {
  const content = Buffer.alloc(4 * 1024 * 1024, 'y');
  let requests = 0;
  const base = await fakeRegistry(t, (request, response) => {
    if (!request.url?.includes('/blobs/')) return response.end('{}');
    if (request.method === 'HEAD') return response.setHeader('Content-Length', content.length).end();
    requests++;
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.statusCode = from === 0 ? 200 : 206;
    response.setHeader('Content-Range', `bytes ${from}-${content.length - 1}/${content.length}`);
    response.setHeader('Content-Length', content.length - from);
    if (requests > 1) return response.end(content.subarray(from));
    response.write(content.subarray(0, 2 * 1024 * 1024), () => response.destroy());
    return undefined;
  });
  const cache = await cacheOf(t, base);
  const answer = await cache.request('GET', `/v2/app/blobs/${digestOf(content)}`);
  assert.equal(digestOf(Buffer.from(await answer.arrayBuffer())), digestOf(content));
  assert.equal(requests, 2);
});

async function referrersIn(answer: Promise<Response>): Promise<string[]> {
  const response = await answer;
  assert.equal(response.status, 200);
  return ((await response.json()) as { manifests: { digest: string }[] }).manifests.map(({ digest }) => digest);
}

test('a signature is found and pulled through a cache, and still is when the other registry is gone', async (t) => {
  const upstream = await openRegistry(t);
  const image = await pushImage(upstream, 'app', 'v1');
  const subject = { mediaType: MANIFEST_TYPE, digest: image.digest, size: image.content.length };
  const config = { mediaType: 'application/vnd.example.signature', digest: image.config, size: 2 };
  const signature = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_TYPE, config, layers: [], subject });
  assert.equal(await statusOf(putManifest(upstream, 'app', digestOf(signature), signature)), 201);
  const cache = await cacheOf(t, upstream.base);
  const list = () => cache.request('GET', `/v2/app/referrers/${image.digest}`);
  assert.deepEqual(await referrersIn(list()), [digestOf(signature)]);
  const pulled = await cache.request('GET', `/v2/app/manifests/${digestOf(signature)}`);
  assert.deepEqual([pulled.status, await pulled.text()], [200, signature]);
  const other = `/v2/app/referrers/${image.digest}?artifactType=other`;
  assert.deepEqual(await referrersIn(cache.request('GET', other)), []);
  await upstream.registry.close();
  assert.deepEqual(await referrersIn(list()), [digestOf(signature)]);
});

test('of a registry without the referrers API, a cache finds them by their tag', async (t) => {
  const subject = digestOf('an image');
  const manifests = [
    { mediaType: MANIFEST_TYPE, digest: digestOf('a signature'), size: 11, artifactType: 'a/signature' },
    { mediaType: MANIFEST_TYPE, digest: 'sha256:broken', size: 11 },
    'no descriptor',
  ];
  const base = await fakeRegistry(t, (request, response) => {
    if (request.url === '/v2/') return response.end('{}');
    if (request.url !== `/v2/app/manifests/${subject.replace(':', '-')}`) return response.writeHead(404).end();
    response.setHeader('Content-Type', INDEX_TYPE);
    return response.end(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests }));
  });
  const cache = await cacheOf(t, base);
  assert.deepEqual(await referrersIn(cache.request('GET', `/v2/app/referrers/${subject}`)), [digestOf('a signature')]);
  assert.deepEqual(await referrersIn(cache.request('GET', `/v2/app/referrers/${digestOf('unsigned')}`)), []);
});

test('a registry that wants a password is cached with one; a wrong one is told of', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-cache-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const htpasswd = join(folder, 'htpasswd');
  writeFileSync(htpasswd, `${JOE}\n`);
  const open = await openRegistry(t);
  const image = await pushImage(open, 'app', 'v1');
  const locked = await openRegistry(t, { root: open.root, htpasswd });
  const cache = (password: string) =>
    openRegistry(t, {
      upstream: new RegistryUpstream(new URL(locked.base), { account: { username: 'joe', password } }),
    });
  const good = await cache('secret');
  for (const path of ['manifests/v1', `blobs/${image.layers[0]}`]) {
    assert.equal(await statusOf(good.request('GET', `/v2/app/${path}`)), 200, path);
  }
  const bad = await (await cache('wrong')).request('GET', '/v2/app/manifests/v1');
  assert.deepEqual([bad.status, /401 Unauthorized/.test(await bad.text())], [503, true]);
});

test('a registry that takes requests and never answers is one that is gone', async (t) => {
  const upstream = await openRegistry(t);
  const image = await pushImage(upstream, 'app', 'v1');
  let isSilent = false;
  const base = await fakeRegistry(t, (request, response) => {
    if (!isSilent) response.writeHead(307, { Location: `${upstream.base}${request.url}` }).end();
  });
  const cache = await openRegistry(t, { upstream: new RegistryUpstream(new URL(base), { answerLimitMs: 500 }) });
  for (const round of ['answers', 'is silent']) {
    assert.equal(await (await cache.request('GET', '/v2/app/manifests/v1')).text(), image.content, round);
    assert.equal(await statusOf(cache.request('GET', `/v2/app/blobs/${image.layers[0]}`)), 200, round);
    isSilent = true;
  }
  const unknown = await cache.request('GET', '/v2/app/manifests/v2');
  assert.deepEqual([unknown.status, /no answer within 500 ms/.test(await unknown.text())], [503, true]);
});

test('what nobody asks for any more leaves the cache, and comes back when it is asked for', async (t) => {
  const upstream = await openRegistry(t);
  const [used, unused] = [await pushImage(upstream, 'app', 'used'), await pushImage(upstream, 'app', 'unused')];
  const cache = await openRegistry(t, {
    upstream: new RegistryUpstream(new URL(upstream.base)),
    cacheTtlMs: 60_000,
    gcGraceMs: 0,
  });
  const pull = async ({ digest, layers }: typeof used) => {
    assert.equal(await statusOf(cache.request('GET', `/v2/app/manifests/${digest}`)), 200);
    assert.equal(await statusOf(cache.request('GET', `/v2/app/blobs/${layers[0]}`)), 200);
  };
  const kept = (digest: string | undefined) =>
    readdirSync(join(cache.root, 'content/blobs/sha256')).includes(digest?.slice(7) ?? '');
  for (const image of [used, unused]) {
    await pull(image);
    const longAgo = new Date(Date.now() - 120_000);
    utimesSync(join(cache.root, 'repositories/app/_manifests', image.digest.slice(7)), longAgo, longAgo);
  }
  assert.equal(await statusOf(cache.request('GET', '/v2/app/manifests/used')), 200);
  const last = Date.now();
  await until('the last use is in the past', () => Date.now() > last);
  await cache.registry.collectGarbage();
  assert.deepEqual([used.digest, used.layers[0], unused.digest, unused.layers[0]].map(kept), [
    true,
    true,
    false,
    false,
  ]);
  await pull(unused);
});
