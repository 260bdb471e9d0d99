import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { digestOf } from '../../../src/lib/digest.ts';
import { mustRun } from '../../support/command.ts';
import { until } from '../../support/until.ts';
import { codesOf, openRegistry, pushBlob, pushImage, putManifest, statusOf } from './registry-fixture.ts';

/** A file system of four megabytes. */
async function smallDisk(t: TestContext): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'skiff-full-'));
  await mustRun('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'skiff-full', root]);
  t.after(async () => {
    await mustRun('umount', ['-l', root]);
    rmSync(root, { recursive: true });
  });
  return root;
}

test('a disk that is full refuses a push with its reason, keeps nothing of it, and takes what fits', async (t) => {
  const root = await smallDisk(t);
  const registry = await openRegistry(t, { root });
  const large = Buffer.alloc(8 * 1024 * 1024, 'x');
  for (const chunked of [false, true]) {
    const query = chunked ? '' : `?digest=${digestOf(large)}`;
    const started = await registry.request('POST', `/v2/app/blobs/uploads/${query}`, chunked ? {} : { body: large });
    const location = started.headers.get('location') ?? '';
    const refused = chunked ? await registry.request('PATCH', location, { body: large }) : started;
    assert.equal(refused.status, 500);
    const { errors } = (await refused.json()) as { errors: { code: string; message: string }[] };
    assert.equal(errors[0]?.code, 'UNKNOWN');
    assert.match(errors[0]?.message ?? '', /no space left on device/);
    assert.deepEqual(readdirSync(join(root, 'uploads')), []);
  }
  assert.equal(await pushBlob(registry, 'app', 'it fits'), digestOf('it fits'));
  assert.deepEqual(await codesOf(await registry.request('GET', '/v2/app/manifests/v1')), ['MANIFEST_UNKNOWN']);
  assert.equal(registry.failures.length, 2);
});

test('on a disk without a free byte images are pulled and deleted, and garbage makes room again', async (t) => {
  const root = await smallDisk(t);
  const registry = await openRegistry(t, { root, gcGraceMs: 0 });
  const image = await pushImage(registry, 'app', 'v1', { layers: ['x'.repeat(1024 ** 2)] });
  const config = await pushBlob(registry, 'app', '{"other":true}');
  assert.throws(() => writeFileSync(join(root, 'filler'), Buffer.alloc(4 * 1024 ** 2)), /ENOSPC/);
  const manifest = image.content.replaceAll(image.config, config).replace('"size":2', '"size":14');
  const put = () => putManifest(registry, 'app', 'v2', manifest);
  assert.equal(await statusOf(put()), 500);
  assert.equal(
    await statusOf(registry.request('POST', '/v2/app/blobs/uploads/?digest=' + digestOf('y'), { body: 'y' })),
    500,
  );
  assert.equal(await statusOf(registry.request('GET', `/v2/app/blobs/${image.layers[0]}`)), 200);
  assert.equal(await (await registry.request('GET', '/v2/app/manifests/v1')).text(), image.content);
  assert.equal(await statusOf(registry.request('DELETE', `/v2/app/manifests/${image.digest}`)), 202);
  const last = Date.now();
  await until('the last use is in the past', () => Date.now() > last);
  await registry.registry.collectGarbage();
  assert.deepEqual(readdirSync(join(root, 'content/blobs/sha256')), []);
  assert.equal(await statusOf(put()), 404, 'its layer has gone');
  await pushImage(registry, 'app', 'v3', { layers: ['y'.repeat(1024 ** 2)] });
  assert.equal(await statusOf(registry.request('GET', '/v2/app/manifests/v3')), 200);
});
