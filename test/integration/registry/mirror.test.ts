import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RegistryUpstream } from '../../../src/daemon/registry/registry-upstream.ts';
import { startDaemon } from '../../support/daemon.ts';
import { INDEX_TYPE, MANIFEST_TYPE, openRegistry, pushImage, putManifest } from './registry-fixture.ts';

/** Our cache as a daemon's mirror of Docker Hub. */

test('a daemon pulls names of Docker Hub through a cache, also when what is cached is away', async (t) => {
  const hub = await openRegistry(t);
  const config = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } });
  const { digest, content } = await pushImage(hub, 'library/tiny', 'amd64', { config, layers: [] });
  const platform = { os: 'linux', architecture: 'amd64' };
  const manifests = [{ mediaType: MANIFEST_TYPE, digest, size: content.length, platform }];
  const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests });
  assert.equal((await putManifest(hub, 'library/tiny', 'latest', index, INDEX_TYPE)).status, 201);
  const cache = await openRegistry(t, { upstream: new RegistryUpstream(new URL(hub.base)) });
  const daemon = await startDaemon(['--registry-mirror', cache.base]);
  t.after(() => daemon.close());
  await daemon.skiff(['pull', '-q', '--platform', 'linux/amd64', 'tiny']);
  await daemon.skiff(['rmi', 'tiny']);
  await hub.registry.close();
  await daemon.skiff(['pull', '-q', '--platform', 'linux/amd64', 'tiny']);
  const { RepoTags } = (await daemon.call('GET', '/images/tiny/json')).json<{ RepoTags: string[] }>();
  assert.deepEqual(RepoTags, ['tiny:latest']);
  assert.deepEqual(cache.failures, []);
});
