import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { blobPath, tarOf as tarOfFiles } from '../../../src/images/testing/image-archive.ts';
import { digestOf } from '../../../src/lib/digest.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { tarOf } from '../../support/tar.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** An image of one layer with a program in it, filed as an OCI image layout files it. Returns its manifest. */
function addImage(files: Record<string, Buffer>, folder: string, pack: (tar: Buffer) => Buffer): Descriptor {
  const add = (bytes: Buffer, kind: string): Descriptor => {
    files[blobPath(bytes)] = bytes;
    return { mediaType: `application/vnd.oci.image.${kind}`, digest: digestOf(bytes), size: bytes.length };
  };
  const json = (value: object) => Buffer.from(JSON.stringify(value));
  const tar = tarOf(`${folder}/busybox`, readFileSync('/bin/busybox'));
  const config = {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Entrypoint: [`/${folder}/busybox`] },
    rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
  };
  const layers = [add(pack(tar), `layer.v1.tar${folder === 'plain' ? '' : `+${folder}`}`)];
  return add(json({ schemaVersion: 2, config: add(json(config), 'config.v1+json'), layers }), 'manifest.v1+json');
}

test('an OCI image layout with several images loads, each has the ID of its configuration, and they run', async () => {
  const files: Record<string, Buffer> = {};
  const packings = { plain: (tar: Buffer) => tar, gzip: (tar: Buffer) => gzipSync(tar), zstd: zstdCompressSync };
  const manifests = Object.entries(packings).map(([folder, pack]) => ({
    ...addImage(files, folder, pack),
    annotations: { 'org.opencontainers.image.ref.name': `oci/${folder}:1` },
  }));
  const archive = tarOfFiles({
    ...files,
    'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
    'index.json': JSON.stringify({ schemaVersion: 2, manifests }),
  });
  const output = await daemon.skiff(['load'], { input: archive });
  assert.equal(
    output,
    Object.keys(packings)
      .map((folder) => `Loaded image: oci/${folder}:1\n`)
      .join(''),
  );
  for (const [index, folder] of Object.keys(packings).entries()) {
    const manifest = files[`blobs/sha256/${manifests[index]?.digest.slice(7)}`]?.toString() ?? '';
    const { config } = JSON.parse(manifest) as { config: Descriptor };
    const image = (await daemon.call('GET', `/images/oci/${folder}:1/json`)).json<{ Id: string }>();
    assert.equal(image.Id, config.digest);
    assert.equal(await daemon.skiff(['run', '--rm', `oci/${folder}:1`, 'echo', folder]), `${folder}\n`);
  }
});

test('a layer that is not what its digest says is refused, and nothing of the layout stays', async () => {
  const before = (await daemon.call('GET', '/images/json')).body;
  const files: Record<string, Buffer> = {};
  const manifest = addImage(files, 'damaged', (tar) => tar);
  const [layer = ''] = Object.entries(files).sort(([, a], [, b]) => b.length - a.length)[0] ?? [];
  files[layer] = tarOf('damaged/busybox', Buffer.from('something else'));
  const archive = tarOfFiles({ ...files, 'index.json': JSON.stringify({ schemaVersion: 2, manifests: [manifest] }) });
  const { status, stderr } = await daemon.trySkiff(['load'], { input: archive });
  assert.equal(status, 1);
  assert.match(stderr, new RegExp(layer.slice('blobs/sha256/'.length)));
  assert.ok((await daemon.call('GET', '/images/json')).body.equals(before));
});
