import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { clis } from '../../support/clis.ts';
import { mustRun } from '../../support/command.ts';
import { startDaemon, TestDaemon } from '../../support/daemon.ts';
import { codesOf, INDEX_TYPE, MANIFEST_TYPE, openRegistry, pushImage, putManifest } from './registry-fixture.ts';

/** A daemon that shares its images with another, with no push in between. */

let sharing: TestDaemon;
let other: TestDaemon;
let address: string;

function registryOf(daemon: TestDaemon): string {
  // The last one: it may have been started again.
  const found = [...daemon.log().matchAll(/Registry listen on (\S+?)"/g)].at(-1)?.[1];
  assert.ok(found, daemon.log());
  return found;
}

before(async () => {
  sharing = await startDaemon(['--registry', '127.0.0.1:0']);
  other = await startDaemon();
  address = registryOf(sharing);
});
after(async () => {
  await other.close();
  await sharing.close();
});

for (const cli of clis) {
  test(`${cli.name} pulls from another daemon, and the image has the same ID and runs`, {
    skip: cli.skip,
  }, async () => {
    const name = `${address}/busybox`;
    const pulled = await cli.run(other, ['pull', name]);
    assert.equal(pulled.status, 0, pulled.stderr);
    const idAt = async (daemon: TestDaemon, image: string) =>
      (await daemon.call('GET', `/images/${encodeURIComponent(image)}/json`)).json<{ Id: string }>().Id;
    assert.equal(await idAt(other, name), await idAt(sharing, 'busybox'));
    const ran = await cli.run(other, ['run', '--rm', '--network', 'none', name, 'echo', 'shared']);
    assert.equal(ran.stdout, 'shared\n');
    assert.equal((await cli.run(other, ['rmi', name])).status, 0);
  });

  test(`${cli.name}: a committed image is compressed once, and is the same to all who pull it`, {
    skip: cli.skip,
  }, async () => {
    const container = await cli.run(sharing, [
      'run',
      '-d',
      '--network',
      'none',
      'busybox',
      'sh',
      '-c',
      'echo x > /made',
    ]);
    const id = container.stdout.trim();
    await cli.run(sharing, ['wait', id]);
    assert.equal((await cli.run(sharing, ['commit', id, 'team/made:1'])).status, 0);
    assert.equal((await cli.run(sharing, ['rm', id])).status, 0);
    const digests = new Set<string | null>();
    for (let round = 0; round < 2; round++) {
      const answer = await fetch(`http://${address}/v2/team/made/manifests/1`, { method: 'HEAD' });
      digests.add(answer.headers.get('docker-content-digest'));
      const pulled = await cli.run(other, ['pull', '-q', `${address}/team/made:1`]);
      assert.equal(pulled.status, 0, pulled.stderr);
      const ran = await cli.run(other, ['run', '--rm', '--network', 'none', `${address}/team/made:1`, 'cat', '/made']);
      assert.equal(ran.stdout, 'x\n');
      await cli.run(other, ['rmi', `${address}/team/made:1`]);
      await sharing.stop();
      await sharing.start();
      address = registryOf(sharing);
    }
    assert.equal(digests.size, 1);
    const [digest] = digests;
    const byDigest = await cli.run(other, ['pull', '-q', `${address}/team/made@${digest}`]);
    assert.equal(byDigest.status, 0, byDigest.stderr);
    await cli.run(other, ['rmi', `${address}/team/made@${digest}`]);
    await cli.run(sharing, ['rmi', 'team/made:1']);
  });
}

test('an image that was tagged for a registry with a port is found without that registry', async () => {
  await sharing.skiff(['tag', 'busybox', 'localhost:5000/deep/app:v1']);
  await sharing.skiff(['tag', 'busybox', 'ghcr.io/someone/app:v2']);
  const { repositories } = (await (await fetch(`http://${address}/v2/_catalog`)).json()) as { repositories: string[] };
  assert.deepEqual(repositories, ['busybox', 'deep/app', 'ghcr.io/someone/app']);
  for (const [name, tag] of [
    ['deep/app', 'v1'],
    ['ghcr.io/someone/app', 'v2'],
    ['someone/app', 'v2'],
    ['library/busybox', 'latest'],
  ] as const) {
    const answer = await fetch(`http://${address}/v2/${name}/tags/list`);
    assert.deepEqual(await answer.json(), { name, tags: [tag] });
  }
  await sharing.skiff(['rmi', 'localhost:5000/deep/app:v1', 'ghcr.io/someone/app:v2']);
});

test('nothing can be pushed to a daemon or deleted from it, and only what images consist of is given', async () => {
  const manifest = await fetch(`http://${address}/v2/busybox/manifests/latest`);
  const { config } = (await manifest.json()) as { config: { digest: string } };
  for (const [method, path] of [
    ['POST', '/v2/busybox/blobs/uploads/'],
    ['POST', `/v2/other/blobs/uploads/?mount=${config.digest}&from=busybox`],
    ['PATCH', `/v2/busybox/blobs/uploads/${randomUUID()}`],
    ['PUT', `/v2/busybox/blobs/uploads/${randomUUID()}?digest=${config.digest}`],
    ['DELETE', `/v2/busybox/blobs/uploads/${randomUUID()}`],
    ['PUT', '/v2/busybox/manifests/latest'],
    ['PUT', '/v2/new/manifests/latest'],
    ['DELETE', '/v2/busybox/manifests/latest'],
    ['DELETE', `/v2/busybox/blobs/${config.digest}`],
  ] as const) {
    const answer = await fetch(`http://${address}${path}`, { method });
    assert.deepEqual([answer.status, await codesOf(answer)], [405, ['UNSUPPORTED']], `${method} ${path}`);
  }
  const elsewhere = await fetch(`http://${address}/v2/nothing/blobs/${config.digest}`);
  assert.deepEqual([elsewhere.status, await codesOf(elsewhere)], [404, ['BLOB_UNKNOWN']]);
});

test('an image that is removed while it is pulled is given to its end, and is not there for the next one', async () => {
  const file = join(sharing.root, 'content');
  writeFileSync(file, randomBytes(16 * 1024 ** 2));
  const archive = join(sharing.root, 'layer.tar');
  await mustRun('tar', ['-C', sharing.root, '-cf', archive, 'content']);
  await sharing.skiff(['import', archive, 'short/lived:1']);
  const manifest = await fetch(`http://${address}/v2/short/lived/manifests/1`);
  const { layers } = (await manifest.json()) as { layers: { digest: string; size: number }[] };
  const [{ digest, size } = { digest: '', size: 0 }] = layers;
  const blob = await fetch(`http://${address}/v2/short/lived/blobs/${digest}`);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const piece of blob.body ?? []) {
    // The first one: far more is to come than is in any buffer.
    if (sizeBytes === 0) await sharing.skiff(['rmi', 'short/lived:1']);
    sizeBytes += (piece as Uint8Array).length;
    hash.update(piece as Uint8Array);
  }
  assert.deepEqual([sizeBytes, `sha256:${hash.digest('hex')}`], [size, digest]);
  for (const [path, code] of [
    [`blobs/${digest}`, 'BLOB_UNKNOWN'],
    ['manifests/1', 'MANIFEST_UNKNOWN'],
    ['tags/list', 'NAME_UNKNOWN'],
  ] as const) {
    const answer = await fetch(`http://${address}/v2/short/lived/${path}`);
    assert.deepEqual([answer.status, await codesOf(answer)], [404, [code]]);
  }
  const pulled = await clis[0]?.run(other, ['pull', `${address}/short/lived:1`]);
  assert.equal(pulled?.status, 1);
  assert.match(pulled?.stderr ?? '', /manifest unknown|not found/);
});

test('of an image of several platforms the one that is here is shared', async (t) => {
  const registry = await openRegistry(t);
  const pushed = [];
  for (const architecture of ['amd64', 'arm64']) {
    const config = JSON.stringify({ os: 'linux', architecture, config: {}, rootfs: { type: 'layers', diff_ids: [] } });
    const { digest, content } = await pushImage(registry, 'app', architecture, { config, layers: [] });
    const platform = { os: 'linux', architecture };
    pushed.push({ mediaType: MANIFEST_TYPE, digest, size: content.length, platform });
  }
  const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: pushed });
  assert.equal((await putManifest(registry, 'app', 'multi', index, INDEX_TYPE)).status, 201);
  const name = `${registry.registry.address}/app:multi`;
  await sharing.skiff(['pull', '-q', '--platform', 'linux/arm64', name]);
  const shared = `${address}/app:multi`;
  await other.skiff(['pull', '-q', '--platform', 'linux/arm64', shared]);
  const { Architecture } = (await other.call('GET', `/images/${encodeURIComponent(shared)}/json`)).json<{
    Architecture: string;
  }>();
  assert.equal(Architecture, 'arm64');
  const refused = await clis[0]?.run(other, ['pull', '--platform', 'linux/amd64', shared]);
  assert.equal(refused?.status, 1);
  assert.match(refused?.stderr ?? '', /does not (match|provide) the specified platform|no matching manifest/);
  await other.skiff(['rmi', shared]);
  await sharing.skiff(['rmi', name]);
});

test('a daemon that shares with users asks for a password; settings that contradict each other end it', async () => {
  const htpasswd = join(sharing.root, 'htpasswd');
  writeFileSync(htpasswd, `ana:${hashSync('secret', 4)}\n`);
  const daemon = await startDaemon(['--registry', '127.0.0.1:0', '--registry-htpasswd', htpasswd]);
  const url = `http://${registryOf(daemon)}/v2/`;
  assert.equal((await fetch(url)).status, 401);
  const headers = { Authorization: `Basic ${Buffer.from('ana:secret').toString('base64')}` };
  assert.equal((await fetch(url, { headers })).status, 200);
  await daemon.close();
  const broken = new TestDaemon(['--registry-htpasswd', htpasswd]);
  await assert.rejects(broken.start(), /need the address of a registry/);
  rmSync(broken.root, { recursive: true });
});
