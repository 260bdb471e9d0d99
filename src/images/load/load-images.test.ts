import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { isEngineError } from '../../errors/engine-error.ts';
import { digestOf } from '../../lib/digest.ts';
import { Filters } from '../../lib/filters.ts';
import { hostPlatform } from '../../lib/platform.ts';
import { blobPath, dockerArchive, type MadeImage, makeImage, tarOf } from '../testing/image-archive.ts';
import { bytes, imageFixture } from '../testing/image-fixture.ts';

const everything = { filters: new Filters(), all: true };

function ociArchive(image: MadeImage, annotations: object, changed: Record<string, Buffer> = {}): Buffer {
  const descriptor = (bytes: Buffer, mediaType: string) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      config: descriptor(image.config, 'application/vnd.oci.image.config.v1+json'),
      layers: image.layers.map((layer) => descriptor(layer, 'application/vnd.oci.image.layer.v1.tar')),
    }),
  );
  const { os, architecture } = hostPlatform();
  const index = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      manifests: [
        { ...descriptor(manifest, 'application/vnd.oci.image.manifest.v1+json'), platform: { os, architecture } },
        {
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          digest: digestOf('elsewhere'),
          platform: { os, architecture: 'sparc' },
        },
      ],
    }),
  );
  const top = { ...descriptor(index, 'application/vnd.oci.image.index.v1+json'), annotations };
  const blobs = [image.config, manifest, index, ...image.layers].map((blob) => [blobPath(blob), blob] as const);
  return tarOf({
    ...Object.fromEntries(blobs),
    ...changed,
    'index.json': JSON.stringify({ schemaVersion: 2, manifests: [top] }),
    'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
  });
}

test('images of a docker-archive come with their names, and their IDs are the digests of their configurations', async (t) => {
  const { images, load, events } = imageFixture(t);
  const [one, two] = [makeImage(['a']), makeImage(['a', 'b'])];
  const messages = await load(
    dockerArchive([
      [one, 'one:1', 'one:2'],
      [two, 'registry.example/two:x'],
    ]),
  );
  assert.deepEqual(
    messages.filter((message) => 'stream' in message),
    [
      { stream: 'Loaded image: one:1\n' },
      { stream: 'Loaded image: one:2\n' },
      { stream: 'Loaded image: registry.example/two:x\n' },
    ],
  );
  for (const [name, { id }] of [
    ['one', one],
    ['one:2', one],
    ['registry.example/two:x', two],
  ] as const) {
    if (name === 'one') await assert.rejects(images.resolve(name), /No such image: one:latest/);
    else assert.equal((await images.resolve(name)).id, id);
  }
  assert.deepEqual(
    events.map(({ action, actorId }) => [action, actorId]),
    [
      ['load', one.id],
      ['load', two.id],
    ],
  );
});

test('an image without a name is announced by its ID', async (t) => {
  const { load } = imageFixture(t);
  const image = makeImage(['a']);
  assert.deepEqual((await load(dockerArchive([[image]]))).at(-1), { stream: `Loaded image ID: ${image.id}\n` });
});

test('gzip and zstd archives load as plain ones do', async (t) => {
  for (const compress of [gzipSync, zstdCompressSync]) {
    const { images, load } = imageFixture(t);
    const image = makeImage(['a']);
    await load(compress(dockerArchive([[image, 'a:1']])));
    assert.equal((await images.resolve('a:1')).id, image.id);
  }
});

test('layers that old archives have compressed by bzip2 or xz are decompressed, and nothing else of them stays', async (t) => {
  for (const program of ['bzip2', 'xz']) {
    const { images, load, blobs } = imageFixture(t);
    const image = makeImage(['a', 'b']);
    const layers = image.layers.map((layer) => execFileSync(program, ['-c'], { input: layer }));
    await load(dockerArchive([[{ ...image, layers }, 'a:1']]));
    assert.equal((await images.resolve('a:1')).id, image.id, program);
    assert.deepEqual((await blobs()).sort(), [image.config, ...image.layers].map(digestOf).sort(), program);
  }
});

test('of several platforms the wanted ones are loaded; an archive without any is refused', async (t) => {
  const arm = { os: 'linux', architecture: 'arm64', variant: 'v8' };
  const image = makeImage(['a']);
  const config = Buffer.from(image.config.toString().replace('amd64', 'arm64'));
  const archive = dockerArchive([
    [image, 'amd:1'],
    [{ ...image, config }, 'arm:1'],
  ]);
  const { images, load } = imageFixture(t);
  await load(archive, [arm]);
  assert.equal((await images.resolve('arm:1')).id, digestOf(config));
  await assert.rejects(images.resolve('amd:1'), /No such image/);
  await assert.rejects(load(archive, [{ ...arm, architecture: 's390x' }]), /it holds no image for linux\/s390x\/v8/);
});

test('a name that another image had moves, and the client is told', async (t) => {
  const { images, load } = imageFixture(t);
  const [before, after] = [makeImage(['a']), makeImage(['b'])];
  await load(dockerArchive([[before, 'a:1']]));
  const messages = await load(dockerArchive([[after, 'a:1']]));
  assert.deepEqual(messages.slice(-2), [
    { stream: `The image a:1 already exists, renaming the old one with ID ${before.id} to empty string\n` },
    { stream: 'Loaded image: a:1\n' },
  ]);
  assert.equal((await images.resolve('a:1')).id, after.id);
  assert.equal((await images.resolve(before.id)).id, before.id);
});

test('layers that are here are not unpacked again', async (t) => {
  const { load, layers } = imageFixture(t);
  await load(dockerArchive([[makeImage(['a', 'b']), 'a:1']]));
  await load(dockerArchive([[makeImage(['a', 'b', 'c']), 'a:2']]));
  assert.equal(layers.applied, 3);
});

test('an archive may leave out layers that are here, and no others', async (t) => {
  const { load, images, layers } = imageFixture(t);
  const [base, thin] = [makeImage(['a']), makeImage(['a', 'b'])];
  const [lower = assert.fail(), upper = assert.fail()] = thin.layers;
  const archive = tarOf({
    [blobPath(thin.config)]: thin.config,
    [blobPath(upper)]: upper,
    'manifest.json': JSON.stringify([
      { Config: blobPath(thin.config), RepoTags: ['thin:1'], Layers: thin.layers.map(blobPath) },
    ]),
  });
  const missing = `invalid image archive: it has no file ${JSON.stringify(blobPath(lower))}`;
  await assert.rejects(load(archive), { message: missing });
  assert.equal(layers.applied, 0);
  await load(dockerArchive([[base, 'base:1']]));
  await load(archive);
  assert.equal((await images.resolve('thin:1')).id, thin.id);
  assert.equal(layers.applied, 2);
});

test('an image of more layers than can lie on one another is refused as by Docker', async (t) => {
  const { load, layers } = imageFixture(t);
  const names = Array.from({ length: 126 }, (_, n) => `${n}`);
  await assert.rejects(load(dockerArchive([[makeImage(names), 'deep:1']])), { message: 'max depth exceeded' });
  assert.equal(layers.applied, 0);
  await load(dockerArchive([[makeImage(names.slice(1)), 'deep:1']]));
});

test("of an OCI layout's index the image for this host is taken", async (t) => {
  const names = [
    [{ 'io.containerd.image.name': 'docker.io/library/oci:1', 'org.opencontainers.image.ref.name': '1' }, 'oci:1'],
    [{ 'org.opencontainers.image.ref.name': 'example.org/oci:2' }, 'example.org/oci:2'],
  ] as const;
  for (const [annotations, name] of names) {
    const { images, load } = imageFixture(t);
    const image = makeImage(['a', 'b']);
    await load(ociArchive(image, annotations));
    assert.equal((await images.resolve(name)).id, image.id);
  }
});

test('an archive older than image configurations gives the ID that Docker gives', async (t) => {
  const { images, load } = imageFixture(t);
  const [lower, upper] = ['a'.repeat(64), 'b'.repeat(64)];
  const v1 = { docker_version: '1.9.1', architecture: 'amd64', os: 'linux' };
  const command = ['/bin/sh', '-c', '#(nop) ADD x && <b>'];
  await load(
    tarOf({
      [`${lower}/json`]: JSON.stringify({
        id: lower,
        created: '2015-01-01T00:00:00.5Z',
        container_config: { Cmd: command },
        ...v1,
        Size: 9,
      }),
      [`${lower}/layer.tar`]: tarOf({ f: 'base' }),
      [`${upper}/json`]: JSON.stringify({
        id: upper,
        parent: lower,
        created: '2015-01-02T00:00:00Z',
        author: 'Me <me@x>',
        ...v1,
        config: { Env: ['A=<&>'] },
      }),
      [`${upper}/layer.tar`]: { link: `../${lower}/layer.tar` },
      repositories: JSON.stringify({ legacy: { '1': upper } }),
    }),
  );
  const diffId = digestOf(tarOf({ f: 'base' }));
  const config =
    '{"architecture":"amd64","author":"Me \\u003cme@x\\u003e","config":{"Env":["A=\\u003c\\u0026\\u003e"]},' +
    '"created":"2015-01-02T00:00:00Z","docker_version":"1.9.1","history":[' +
    '{"created":"2015-01-01T00:00:00.5Z","created_by":"/bin/sh -c #(nop) ADD x \\u0026\\u0026 \\u003cb\\u003e"},' +
    '{"created":"2015-01-02T00:00:00Z","author":"Me \\u003cme@x\\u003e"}],"os":"linux",' +
    `"rootfs":{"type":"layers","diff_ids":["${diffId}","${diffId}"]}}`;
  assert.equal((await images.resolve('legacy:1')).id, digestOf(config));
});

test('of an archive that is broken anywhere nothing stays', async (t) => {
  const good = makeImage(['a']);
  const manifest = (value: unknown) => ({ 'manifest.json': JSON.stringify(value) });
  const blobs = { [blobPath(good.config)]: good.config, 'layer.tar': good.layers[0] ?? '' };
  const item = (changes: object) => ({
    Config: blobPath(good.config),
    RepoTags: ['a:1'],
    Layers: ['layer.tar'],
    ...changes,
  });
  const cases: [string, Buffer, RegExp][] = [
    ['nothing', Buffer.alloc(0), /neither manifest.json nor index.json nor repositories/],
    [
      'a traversal',
      tarOf(manifest([item({ Config: '../../etc/passwd' })])),
      /"..\/..\/etc\/passwd" does not stay inside/,
    ],
    ['an entry outside', tarOf({ '../x': 'x' }), /"..\/x" does not stay inside/],
    [
      'a link outside',
      tarOf({ ...blobs, 'l.tar': { link: '../../x' }, ...manifest([item({ Layers: ['l.tar'] })]) }),
      /does not stay inside/,
    ],
    [
      'links in a circle',
      tarOf({ ...blobs, l: { link: 'm' }, m: { link: 'l' }, ...manifest([item({ Layers: ['l'] })]) }),
      /does not stay inside/,
    ],
    ['a missing configuration', tarOf(manifest([item({ Config: 'nope.json' })])), /it has no file "nope.json"/],
    ['a missing layer', tarOf({ ...blobs, ...manifest([item({ Layers: ['nope'] })]) }), /it has no file "nope"/],
    [
      'too few layers',
      tarOf({ ...blobs, ...manifest([item({ Layers: [] })]) }),
      /layers length mismatch: expected 0, got 1/,
    ],
    [
      'another layer',
      tarOf({ ...blobs, 'layer.tar': tarOf({ x: 'y' }), ...manifest([item({})]) }),
      /layer does not match its diff ID/,
    ],
    ['a name without a tag', tarOf({ ...blobs, ...manifest([item({ RepoTags: ['a'] })]) }), /invalid tag "a"/],
    ['a bad name', tarOf({ ...blobs, ...manifest([item({ RepoTags: ['A:1'] })]) }), /must be lowercase/],
    ['no JSON', tarOf({ 'manifest.json': '{' }), /manifest.json: /],
    ['null', tarOf(manifest(null)), /manifest cannot be null/],
    ['a huge manifest', tarOf({ 'manifest.json': Buffer.alloc(17 * 1024 * 1024) }), /is larger than 16777216 bytes/],
    [
      'an image of Windows',
      tarOf({
        ...blobs,
        c: '{"os":"windows","rootfs":{"type":"layers"}}',
        ...manifest([item({ Config: 'c', Layers: [] })]),
      }),
      /cannot load windows image on linux/,
    ],
    [
      'the second image broken',
      tarOf({ ...blobs, ...manifest([item({}), item({ Config: 'nope' })]) }),
      /it has no file "nope"/,
    ],
    [
      'a blob under the wrong digest',
      ociArchive(good, {}, { [blobPath(good.config)]: Buffer.from('{}') }),
      /has the digest sha256:/,
    ],
    ['cut short', dockerArchive([[good, 'a:1']]).subarray(0, 1500), /unexpected end/],
    ['cut short inside gzip', gzipSync(dockerArchive([[good, 'a:1']])).subarray(0, 300), /damaged: unexpected end/],
  ];
  for (const [title, archive, message] of cases) {
    const { images, load, blobs: kept, events } = imageFixture(t);
    await assert.rejects(
      load(archive),
      (error) => isEngineError(error, 'invalid_argument') && message.test(error.message),
      title,
    );
    assert.deepEqual(await images.list(everything), [], title);
    assert.deepEqual(await kept(), [], title);
    assert.deepEqual(events, [], title);
  }
});

test('of a load whose client has left nothing stays, even when all was unpacked', async (t) => {
  const { images, blobs, layers } = imageFixture(t);
  const client = new AbortController();
  const archive = dockerArchive([[makeImage(['a', 'b']), 'a:1']]);
  const report = () => client.abort(new Error('left'));
  await assert.rejects(images.load(bytes(archive), report, { signal: client.signal }), /left/);
  assert.deepEqual(await images.list(everything), []);
  assert.deepEqual(await blobs(), []);
  assert.equal(layers.applied, 2);
});

test('what a failed load shares with an image that is here stays', async (t) => {
  const { images, load } = imageFixture(t);
  const image = makeImage(['a']);
  await load(dockerArchive([[image, 'a:1']]));
  const broken = dockerArchive([
    [image, 'a:2'],
    [{ ...makeImage(['b']), layers: [tarOf({ x: 'y' })] }, 'b:1'],
  ]);
  await assert.rejects(load(broken), /does not match its diff ID/);
  const saved = Buffer.concat(await Array.fromAsync(await images.save(['a:1'])));
  assert.ok(saved.length > 0);
  await assert.rejects(images.resolve('a:2'), /No such image/);
});
