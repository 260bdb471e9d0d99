import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../../src/lib/digest.ts';
import { until } from '../../support/until.ts';
import {
  MANIFEST_TYPE,
  manifestOf,
  openRegistry,
  pushBlob,
  pushImage,
  putManifest,
  type RegistryFixture,
  statusOf,
} from './registry-fixture.ts';

/** The collection of garbage while the registry serves. */

async function has(registry: RegistryFixture, name: string, digest: string): Promise<boolean> {
  return (await statusOf(registry.request('GET', `/v2/${name}/blobs/${digest}`))) === 200;
}

function kept(registry: RegistryFixture): string[] {
  return readdirSync(join(registry.root, 'content/blobs/sha256'));
}

/** The same folder, served with another grace: for what was used before it was started, the grace begins at the start. */
async function reopened(t: Parameters<typeof openRegistry>[0], before: RegistryFixture): Promise<RegistryFixture> {
  await before.registry.close();
  return openRegistry(t, { root: before.root, gcGraceMs: 0 });
}

test('what no manifest refers to goes, and what one refers to stays', async (t) => {
  const before = await openRegistry(t);
  const image = await pushImage(before, 'app', 'v1');
  const doomed = await pushImage(before, 'app', 'v2', { config: '{"two":2}' });
  const orphan = await pushBlob(before, 'never/tagged', 'of a push that ended early');
  await statusOf(before.request('DELETE', `/v2/app/manifests/${doomed.digest}`));
  const registry = await reopened(t, before);
  await registry.registry.collectGarbage();
  assert.equal(await has(registry, 'never/tagged', orphan), false);
  for (const digest of [doomed.config, ...doomed.layers]) assert.equal(await has(registry, 'app', digest), false);
  for (const digest of [image.config, ...image.layers]) assert.equal(await has(registry, 'app', digest), true);
  assert.equal(await (await registry.request('GET', '/v2/app/manifests/v1')).text(), image.content);
  assert.equal(kept(registry).length, 3);
});

test('a layer that two repositories have goes with the last of them', async (t) => {
  const before = await openRegistry(t);
  const one = await pushImage(before, 'one', 'v1', { layers: ['shared'] });
  const two = await pushImage(before, 'two', 'v1', { layers: ['shared'] });
  await statusOf(before.request('DELETE', `/v2/one/manifests/${one.digest}`));
  const middle = await reopened(t, before);
  await middle.registry.collectGarbage();
  assert.equal(await has(middle, 'one', digestOf('shared')), false);
  assert.equal(await has(middle, 'two', digestOf('shared')), true);
  await statusOf(middle.request('DELETE', `/v2/two/manifests/${two.digest}`));
  const last = await reopened(t, middle);
  await last.registry.collectGarbage();
  assert.deepEqual(kept(last), []);
});

test('an untagged manifest, and one that only an index names, stay with all they need', async (t) => {
  const before = await openRegistry(t);
  const old = await pushImage(before, 'app', 'latest', { layers: ['old'] });
  await pushImage(before, 'app', 'latest', { layers: ['new'] });
  const registry = await reopened(t, before);
  await registry.registry.collectGarbage();
  assert.equal(await statusOf(registry.request('GET', `/v2/app/manifests/${old.digest}`)), 200);
  assert.equal(await has(registry, 'app', digestOf('old')), true);
});

test('within the grace nothing of a push goes, whatever collects meanwhile', async (t) => {
  const registry = await openRegistry(t);
  const config = await pushBlob(registry, 'app', '{}');
  await registry.registry.collectGarbage();
  const layer = await pushBlob(registry, 'app', 'layer');
  await registry.registry.collectGarbage();
  const content = manifestOf(config, '{}', [layer], ['layer']);
  assert.equal((await putManifest(registry, 'app', 'v1', content)).status, 201);
});

test('without any grace a push that an upload keeps open loses nothing', async (t) => {
  const registry = await openRegistry(t, { gcGraceMs: 0 });
  const layer = digestOf('a slow layer');
  const slow = registry.request('POST', `/v2/app/blobs/uploads/?digest=${layer}`, {
    duplex: 'half',
    body: new ReadableStream({
      async start(controller) {
        controller.enqueue(Buffer.from('a slow '));
        await until('the upload has begun', () => readdirSync(join(registry.root, 'uploads')).length === 1);
        const config = await pushBlob(registry, 'app', '{}');
        await registry.registry.collectGarbage();
        assert.equal(await has(registry, 'app', config), true);
        controller.enqueue(Buffer.from('layer'));
        controller.close();
      },
    }),
  } as RequestInit);
  assert.equal((await slow).status, 201);
});

test('pushes and collections side by side: every answer of a push holds', async (t) => {
  const registry = await openRegistry(t);
  let pushing = true;
  const collections = (async () => {
    while (pushing) await registry.registry.collectGarbage();
  })();
  for (let round = 0; round < 10; round++) {
    const { digest, layers, config } = await pushImage(registry, 'app', 'v1', { layers: ['the same layer'] });
    for (const blob of [config, ...layers]) assert.equal(await has(registry, 'app', blob), true);
    await statusOf(registry.request('DELETE', `/v2/app/manifests/${digest}`));
  }
  pushing = false;
  await collections;
  assert.deepEqual(registry.failures, []);
});

test('referrers do not keep their subject, and a subject does not keep them', async (t) => {
  const before = await openRegistry(t);
  const subject = { mediaType: MANIFEST_TYPE, digest: digestOf('not here'), size: 8 };
  const { digest } = await pushImage(before, 'app', 'signature', { more: { subject } });
  const registry = await reopened(t, before);
  await registry.registry.collectGarbage();
  assert.equal(await statusOf(registry.request('GET', `/v2/app/manifests/${digest}`)), 200);
});
