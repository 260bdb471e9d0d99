import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { clis } from '../../support/clis.ts';
import { startDaemon, TestDaemon } from '../../support/daemon.ts';
import { codesOf } from './registry-fixture.ts';

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
    ['PUT', '/v2/busybox/manifests/latest'],
    ['DELETE', '/v2/busybox/manifests/latest'],
    ['DELETE', `/v2/busybox/blobs/${config.digest}`],
  ] as const) {
    const answer = await fetch(`http://${address}${path}`, { method });
    assert.deepEqual([answer.status, await codesOf(answer)], [405, ['UNSUPPORTED']]);
  }
  const elsewhere = await fetch(`http://${address}/v2/nothing/blobs/${config.digest}`);
  assert.deepEqual([elsewhere.status, await codesOf(elsewhere)], [404, ['BLOB_UNKNOWN']]);
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
