import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hashSync } from 'bcryptjs';
import { mustRun, runCommand } from '../../support/command.ts';
import { dockerCli } from '../../support/docker-cli.ts';
import { call } from '../../support/http.ts';
import { codesOf, openRegistry, type RegistryFixture } from './registry-fixture.ts';

/** Clients of others against our registry: skopeo everywhere, Docker and Podman where they are. */

const archive = fileURLToPath(new URL('../../../dist/busybox.tar', import.meta.url));
const peerDocker = process.env['SKIFF_PEER_DOCKER'];
const peerPodman = process.env['SKIFF_PEER_PODMAN']?.replace(/^unix:\/\//, '');

/** `docker://` and the place of an image, which may be reached without TLS. */
function at(registry: RegistryFixture, name: string): string {
  return `docker://${registry.registry.address}/${name}`;
}

function skopeo(...args: string[]): Promise<string> {
  return mustRun('skopeo', ['--insecure-policy', ...args]);
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-peers-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function manifestOf(registry: RegistryFixture, path: string): Promise<{ type: string | null; digest: string }> {
  const answer = await registry.request('HEAD', path);
  return { type: answer.headers.get('content-type'), digest: answer.headers.get('docker-content-digest') ?? '' };
}

test('skopeo copies to and from the registry, in both forms, and finds what it copied', async (t) => {
  const registry = await openRegistry(t);
  const folder = folderOf(t);
  await skopeo('copy', '--dest-tls-verify=false', `docker-archive:${archive}`, at(registry, 'team/bb:1'));
  const copied = ['copy', '--src-tls-verify=false', '--dest-tls-verify=false'];
  await skopeo(...copied, '--format', 'oci', at(registry, 'team/bb:1'), at(registry, 'oci/bb:1'));
  await skopeo(...copied, '--preserve-digests', at(registry, 'team/bb:1'), at(registry, 'same/bb:1'));
  const [docker, oci, same] = [
    await manifestOf(registry, '/v2/team/bb/manifests/1'),
    await manifestOf(registry, '/v2/oci/bb/manifests/1'),
    await manifestOf(registry, '/v2/same/bb/manifests/1'),
  ];
  assert.equal(docker.type, 'application/vnd.docker.distribution.manifest.v2+json');
  assert.equal(oci.type, 'application/vnd.oci.image.manifest.v1+json');
  assert.equal(same.digest, docker.digest);
  await skopeo('copy', '--src-tls-verify=false', at(registry, 'oci/bb:1'), `oci:${folder}/layout:bb`);
  const inspected = JSON.parse(await skopeo('inspect', '--tls-verify=false', at(registry, 'oci/bb:1'))) as {
    Digest: string;
    RepoTags: string[];
  };
  assert.deepEqual([inspected.Digest, inspected.RepoTags], [oci.digest, ['1']]);
  assert.deepEqual(registry.failures, []);
});

test('skopeo deletes, lists and synchronises', async (t) => {
  const registry = await openRegistry(t);
  const folder = folderOf(t);
  for (const tag of ['1', '2']) {
    await skopeo('copy', '--dest-tls-verify=false', `docker-archive:${archive}`, at(registry, `bb:${tag}`));
  }
  const listed = JSON.parse(await skopeo('list-tags', '--tls-verify=false', at(registry, 'bb'))) as { Tags: string[] };
  assert.deepEqual(listed.Tags, ['1', '2']);
  const repository = `${registry.registry.address}/bb`;
  await skopeo('sync', '--src', 'docker', '--dest', 'dir', '--src-tls-verify=false', repository, folder);
  await skopeo('delete', '--tls-verify=false', at(registry, 'bb:1'));
  assert.equal((await registry.request('GET', '/v2/bb/manifests/1')).status, 404);
  const back = ['sync', '--src', 'dir', '--dest', 'docker', '--dest-tls-verify=false'];
  await skopeo(...back, folder, `${registry.registry.address}/back`);
  assert.notEqual((await manifestOf(registry, '/v2/back/bb/manifests/2')).digest, '');
});

test('skopeo logs in with a password, and is refused without it', async (t) => {
  const folder = folderOf(t);
  const htpasswd = join(folder, 'htpasswd');
  writeFileSync(htpasswd, `ana:${hashSync('secret', 4)}\n`);
  const registry = await openRegistry(t, { htpasswd });
  const args = ['copy', '--dest-tls-verify=false', `docker-archive:${archive}`, at(registry, 'bb:1')];
  const refused = await runCommand('skopeo', ['--insecure-policy', ...args]);
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /authentication required|unauthorized/i);
  await skopeo(...args, '--dest-creds', 'ana:secret');
  assert.deepEqual(await codesOf(await registry.request('GET', '/v2/bb/tags/list')), ['UNAUTHORIZED']);
});

const withDocker = { skip: peerDocker === undefined ? 'SKIFF_PEER_DOCKER names no Docker' : dockerCli.skip };

test('Docker pushes to the registry and pulls from it', withDocker, async (t) => {
  const registry = await openRegistry(t);
  const docker = (...args: string[]) => mustRun('docker', ['-H', peerDocker ?? '', ...args]);
  const name = `${registry.registry.address}/team/busybox:1`;
  await docker('tag', 'busybox:latest', name);
  const pushed = await docker('push', name);
  const { digest } = await manifestOf(registry, '/v2/team/busybox/manifests/1');
  assert.ok(pushed.includes(`1: digest: ${digest} size: `), pushed);
  await docker('rmi', name);
  assert.ok((await docker('pull', name)).includes(`Digest: ${digest}`));
  await docker('rmi', name);
  assert.deepEqual(registry.failures, []);
});

const withPodman = { skip: peerPodman === undefined ? 'SKIFF_PEER_PODMAN names no Podman' : false };

test('Podman pulls from the registry and pushes to it', withPodman, async (t) => {
  const registry = await openRegistry(t);
  const { address } = registry.registry;
  await skopeo('copy', '--dest-tls-verify=false', `docker-archive:${archive}`, at(registry, 'bb:1'));
  const podman = (method: string, path: string) => call(peerPodman ?? '', method, `/v4.0.0/libpod/images/${path}`);
  const pulled = await podman('POST', `pull?reference=${address}/bb:1&tlsVerify=false`);
  assert.equal(pulled.status, 200, pulled.text());
  const image = encodeURIComponent(`${address}/bb:1`);
  const pushed = await podman('POST', `${image}/push?destination=${address}/podman/bb:2&tlsVerify=false`);
  assert.equal(pushed.status, 200, pushed.text());
  assert.notEqual((await manifestOf(registry, '/v2/podman/bb/manifests/2')).digest, '');
  await podman('DELETE', image);
});
