import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { RegistryUpstream } from '../../../src/daemon/registry/registry-upstream.ts';
import { digestOf } from '../../../src/lib/digest.ts';
import { until } from '../../support/until.ts';
import { openRegistry, pushBlob, pushImage, type RegistryFixture, statusOf } from './registry-fixture.ts';

/** A cache of no more than so many bytes. */

const MB = 1024 ** 2;

function boundedCache(t: TestContext, base: string, cacheLimitBytes: number, root?: string): Promise<RegistryFixture> {
  const upstream = new RegistryUpstream(new URL(base));
  return openRegistry(t, { upstream, cacheLimitBytes, ...(root === undefined ? {} : { root }) });
}

function pathOf(cache: RegistryFixture, digest: string): string {
  return join(cache.root, 'content/blobs/sha256', digest.slice(7));
}

function keptBytes({ root }: RegistryFixture): number {
  const blobs = join(root, 'content/blobs/sha256');
  return readdirSync(blobs).reduce(
    (sum, name) => sum + (statSync(join(blobs, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

async function pull(cache: RegistryFixture, digest: string): Promise<void> {
  const answer = await cache.request('GET', `/v2/app/blobs/${digest}`);
  assert.equal(digestOf(Buffer.from(await answer.arrayBuffer())), digest);
}

test('of a full cache, what was used longest ago goes first, also after it was started again', async (t) => {
  const upstream = await openRegistry(t);
  const push = (letter: string) => pushBlob(upstream, 'app', letter.repeat(MB));
  const [a, b, c, d, e] = [await push('a'), await push('b'), await push('c'), await push('d'), await push('e')];
  const cache = await boundedCache(t, upstream.base, 3 * MB);
  const kept = () => [a, b, c, d, e].map((digest) => existsSync(pathOf(cache, digest)));
  for (const digest of [a, b, c, a]) await pull(cache, digest);
  await pull(cache, d);
  await until('b has gone', () => keptBytes(cache) <= 3 * MB);
  assert.deepEqual(kept(), [true, false, true, true, false]);
  await pull(cache, c);
  await cache.registry.close();
  const again = await boundedCache(t, upstream.base, 3 * MB, cache.root);
  await pull(again, e);
  await until('a has gone', () => keptBytes(cache) <= 3 * MB);
  assert.deepEqual(kept(), [false, false, true, true, true]);
  await again.registry.close();
  await boundedCache(t, upstream.base, MB, cache.root);
  assert.deepEqual(kept(), [false, false, false, false, true]);
});

test('a blob that is larger than the whole cache is served, takes the place of nothing, and is not kept', async (t) => {
  const upstream = await openRegistry(t);
  const small = await pushBlob(upstream, 'app', 'small');
  const large = await pushBlob(upstream, 'app', 'x'.repeat(3 * MB));
  const cache = await boundedCache(t, upstream.base, MB);
  await pull(cache, small);
  await Promise.all([pull(cache, large), pull(cache, large)]);
  await until('it has gone', () => !existsSync(pathOf(cache, large)));
  assert.equal(existsSync(pathOf(cache, small)), true);
  await pull(cache, large);
  await upstream.registry.close();
  await pull(cache, small);
  assert.deepEqual(cache.failures, []);
});

test('what is being read stays, and goes when it has been read', async (t) => {
  const upstream = await openRegistry(t);
  const slow = await pushBlob(upstream, 'app', 's'.repeat(16 * MB));
  const next = await pushBlob(upstream, 'app', 'n'.repeat(16 * MB));
  const cache = await boundedCache(t, upstream.base, 20 * MB);
  await pull(cache, slow);
  const answer = await cache.request('GET', `/v2/app/blobs/${slow}`);
  const reader = answer.body?.getReader();
  const first = await reader?.read();
  await pull(cache, next);
  assert.equal(existsSync(pathOf(cache, slow)), true, 'it is being read');
  let sizeBytes = first?.value?.length ?? 0;
  for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read())
    sizeBytes += piece.value.length;
  assert.equal(sizeBytes, 16 * MB);
  await until('there is room again', () => keptBytes(cache) <= 20 * MB);
});

test('manifests outlive the blobs of a full cache, and an image that has gone is pulled again', async (t) => {
  const upstream = await openRegistry(t);
  const images = [];
  for (const name of ['one', 'two', 'three']) {
    images.push(await pushImage(upstream, 'app', name, { layers: [name.repeat(MB / 4)] }));
  }
  const cache = await boundedCache(t, upstream.base, 2 * MB);
  for (let round = 0; round < 2; round++) {
    for (const { digest, config, layers } of images) {
      assert.equal(await statusOf(cache.request('GET', `/v2/app/manifests/${digest}`)), 200);
      for (const blob of [config, ...layers]) await pull(cache, blob);
    }
    await cache.registry.collectGarbage();
  }
  await until('it is within its bound', () => keptBytes(cache) <= 2 * MB);
  for (const { digest } of images) assert.equal(existsSync(pathOf(cache, digest)), true);
  assert.deepEqual(cache.failures, []);
});

test('many pulls of a cache that is too small for them all get what they ask for', async (t) => {
  const upstream = await openRegistry(t);
  const digests = await Promise.all(
    ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((letter) => pushBlob(upstream, 'app', letter.repeat(MB))),
  );
  const cache = await boundedCache(t, upstream.base, 2 * MB);
  await Promise.all([1, 2, 3].flatMap(() => digests.map((digest) => pull(cache, digest))));
  await until('it is within its bound', () => keptBytes(cache) <= 2 * MB);
  assert.deepEqual(cache.failures, []);
});

test('what a cache was fetching when it was killed is gone after the next start', async (t) => {
  const upstream = await openRegistry(t);
  const digest = await pushBlob(upstream, 'app', 'x'.repeat(MB));
  const before = await boundedCache(t, upstream.base, 3 * MB);
  await before.registry.close();
  const half = join(before.root, 'uploads', randomUUID());
  mkdirSync(half);
  writeFileSync(join(half, 'repository'), 'app');
  writeFileSync(join(half, 'data'), 'x'.repeat(1000));
  const after = await boundedCache(t, upstream.base, 3 * MB, before.root);
  assert.deepEqual(readdirSync(join(before.root, 'uploads')), []);
  await pull(after, digest);
});

test('a blob that another repository of the cache has is not fetched again', async (t) => {
  const upstream = await openRegistry(t);
  const digest = await pushBlob(upstream, 'app', 'shared');
  await pushBlob(upstream, 'other', 'shared');
  let fetches = 0;
  const counting = createServer((request, response) => {
    if (request.method === 'GET' && request.url?.includes('/blobs/') === true) fetches++;
    response.writeHead(307, { Location: `${upstream.base}${request.url}` }).end();
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  counting.listen(0, '127.0.0.1', resolve);
  await promise;
  t.after(() => counting.close());
  t.after(() => counting.closeAllConnections());
  const base = `http://127.0.0.1:${(counting.address() as AddressInfo).port}`;
  const cache = await openRegistry(t, { upstream: new RegistryUpstream(new URL(base)) });
  for (const name of ['app', 'other']) {
    assert.equal(await (await cache.request('GET', `/v2/${name}/blobs/${digest}`)).text(), 'shared');
  }
  assert.equal(fetches, 1);
  assert.equal(await statusOf(cache.request('GET', `/v2/third/blobs/${digest}`)), 404);
});
