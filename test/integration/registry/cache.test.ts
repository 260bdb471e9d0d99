import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { RegistryUpstream } from '../../../src/daemon/registry/registry-upstream.ts';
import { digestOf } from '../../../src/lib/digest.ts';
import { until } from '../../support/until.ts';
import { codesOf, openRegistry, pushImage, type RegistryFixture, statusOf } from './registry-fixture.ts';

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
