import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { digestOf } from '../../lib/digest.ts';
import { readTar } from '../../lib/tar/tar-reader.ts';
import { blobPath, dockerArchive, makeImage, tarOf } from '../testing/image-archive.ts';
import { bytes, imageFixture } from '../testing/image-fixture.ts';

async function filesOf(archive: AsyncIterable<Uint8Array>): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for await (const { entry, data } of readTar(archive)) {
    if (entry.type === 'file') files.set(entry.path, Buffer.concat(await Array.fromAsync(data)));
  }
  return files;
}

test('an archive holds what Docker writes, byte for byte in its small files', async (t) => {
  const { images, load } = imageFixture(t);
  const image = makeImage(['a', 'b']);
  await load(dockerArchive([[image, 'a:1', 'a:2']]));
  const files = await filesOf(await images.save(['a:2', 'a:1']));
  const [lower = Buffer.alloc(0), upper = Buffer.alloc(0)] = image.layers;
  const layer = (blob: Buffer) =>
    `{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"${digestOf(blob)}","size":${blob.length}}`;
  const manifest = Buffer.from(
    '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":' +
      `"application/vnd.oci.image.config.v1+json","digest":"${image.id}","size":${image.config.length}},` +
      `"layers":[${layer(lower)},${layer(upper)}]}`,
  );
  const entry = (tag: string) =>
    '{"mediaType":"application/vnd.oci.image.manifest.v1+json",' +
    `"digest":"${digestOf(manifest)}","size":${manifest.length},"annotations":{` +
    `"io.containerd.image.name":"docker.io/library/a:${tag}","org.opencontainers.image.ref.name":"${tag}"}}`;
  const text = (path: string) => files.get(path)?.toString();
  assert.equal(
    text('index.json'),
    `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[${entry('2')},${entry('1')}]}`,
  );
  assert.equal(text('oci-layout'), '{"imageLayoutVersion": "1.0.0"}');
  assert.equal(text('repositories'), `{"a":{"1":"${digestOf(upper).slice(7)}","2":"${digestOf(upper).slice(7)}"}}\n`);
  assert.deepEqual(JSON.parse(text('manifest.json') ?? ''), [
    {
      Config: blobPath(image.config),
      RepoTags: ['a:2', 'a:1'],
      Layers: [blobPath(lower), blobPath(upper)],
      LayerSources: Object.fromEntries([lower, upper].map((blob) => [digestOf(blob), JSON.parse(layer(blob))])),
    },
  ]);
  for (const blob of [image.config, manifest, lower, upper]) assert.deepEqual(files.get(blobPath(blob)), blob);
});

test('a repository means all of its tags, an ID no tag, and each image is there once', async (t) => {
  const { images, load } = imageFixture(t);
  const [one, two] = [makeImage(['a']), makeImage(['b'])];
  await load(
    dockerArchive([
      [one, 'a:1', 'b:1'],
      [two, 'a:2'],
    ]),
  );
  const tagsOf = async (...names: string[]): Promise<unknown> => {
    const manifest = (await filesOf(await images.save(names))).get('manifest.json')?.toString() ?? '';
    return (JSON.parse(manifest) as { Config: string; RepoTags: string[] | null }[]).map(({ Config, RepoTags }) => [
      Config === blobPath(one.config) ? 'one' : 'two',
      RepoTags,
    ]);
  };
  assert.deepEqual(await tagsOf('a'), [
    ['one', ['a:1']],
    ['two', ['a:2']],
  ]);
  assert.deepEqual(await tagsOf(one.id), [['one', null]]);
  assert.deepEqual(await tagsOf(one.id.slice(7, 19), 'b:1'), [['one', ['b:1']]]);
  await assert.rejects(images.save(['nope']), /^EngineError: No such image: nope$/);
  await assert.rejects(images.save(['a:3']), /^EngineError: reference does not exist$/);
});

test('the same image gives the same archive, which another engine loads under the same ID', async (t) => {
  const [first, second] = [imageFixture(t), imageFixture(t)];
  const image = makeImage(['a', 'b'], { Labels: { x: 'y' } });
  await first.load(dockerArchive([[image, 'a:1']]));
  const [archive, again] = [await first.images.save(['a:1']), await first.images.save(['a:1'])];
  const saved = Buffer.concat(await Array.fromAsync(archive));
  assert.deepEqual(Buffer.concat(await Array.fromAsync(again)), saved);
  await second.load(saved);
  assert.equal((await second.images.resolve('a:1')).id, image.id);
});

test('what is removed while it is saved is whole in the archive, and gone afterwards', async (t) => {
  const { images, load, blobs } = imageFixture(t);
  const image = makeImage(['a', 'b']);
  await load(dockerArchive([[image, 'a:1']]));
  const archive = await images.save(['a:1']);
  const first = await archive.next();
  await images.remove('a:1', { force: false, prune: true });
  const rest = await Array.fromAsync(archive);
  const files = await filesOf(bytes(Buffer.concat([first.value ?? Buffer.alloc(0), ...rest])));
  for (const layer of image.layers) assert.deepEqual(files.get(blobPath(layer)), layer);
  assert.deepEqual(await blobs(), []);
});

test('a client that hangs up on a save keeps nothing from being removed', async (t) => {
  const { images, load, blobs } = imageFixture(t);
  await load(dockerArchive([[makeImage(['a']), 'a:1']]));
  const archive = await images.save(['a:1']);
  await archive.next();
  await archive.return(undefined);
  await images.remove('a:1', { force: false, prune: true });
  assert.deepEqual(await blobs(), []);
});

test('an archive of nothing loads nothing', async (t) => {
  const { images, load } = imageFixture(t);
  const files = await filesOf(await images.save([]));
  assert.equal(files.get('manifest.json')?.toString(), 'null\n');
  await assert.rejects(load(gzipSync(tarOf({ 'manifest.json': 'null' }))), /manifest cannot be null/);
});
