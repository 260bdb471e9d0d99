import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { failureOf, progressLines } from '../../support/progress.ts';
import { registryImage } from '../../support/registry-image.ts';
import { tarOf } from '../../support/tar.ts';
import { refuse, TestRegistry } from '../../support/test-registry.ts';

/** Above what goes in one request. */
const LARGE_BYTES = 6_000_000;

let daemon: TestDaemon;
let registry: TestRegistry;

before(async () => {
  registry = await TestRegistry.start();
  daemon = await startDaemon();
});
after(async () => {
  await registry.close();
  await daemon.close();
});
afterEach(() => {
  registry.fault = () => false;
  registry.requests.length = 0;
});

const auth = { 'x-registry-auth': Buffer.from('{}').toString('base64') };

function push(name: string, tag = '1', signal?: AbortSignal) {
  const options = { headers: auth, ...(signal === undefined ? {} : { signal }) };
  return daemon.call('POST', `/images/${registry.address}/${name}/push?tag=${tag}`, options);
}

/** An image of one layer, made here: it has no compressed form yet. */
async function importImage(name: string, content: Buffer): Promise<void> {
  const query = `fromSrc=-&repo=${registry.address}/${name}&tag=1`;
  const answer = await daemon.call('POST', `/images/create?${query}`, { body: tarOf('f', content) });
  assert.equal(failureOf(answer), undefined);
}

async function tag(from: string, to: string): Promise<void> {
  const path = `/images/${registry.address}/${from}:1/tag?repo=${registry.address}/${to}&tag=1`;
  assert.equal((await daemon.call('POST', path)).status, 201);
}

function manifestAt(name: string, reference = '1') {
  const manifest = registry.manifests.get(`${name}:${reference}`);
  assert.ok(manifest, `the registry has ${name}:${reference}`);
  return manifest;
}

test('a new image is pushed in Docker’s form, and the same bytes each time', async () => {
  await importImage('made', Buffer.from('made here'));
  const lines = progressLines(await push('made'));
  const manifest = manifestAt('made');
  assert.equal(manifest.mediaType, 'application/vnd.docker.distribution.manifest.v2+json');
  const size = manifest.bytes.length;
  assert.deepEqual(lines.at(-2), { status: `1: digest: ${manifest.digest} size: ${size}` });
  assert.deepEqual(lines.at(-1), { progressDetail: {}, aux: { Tag: '1', Digest: manifest.digest, Size: size } });
  const { RepoDigests } = (await daemon.call('GET', `/images/${registry.address}/made:1/json`)).json<{
    RepoDigests: string[];
  }>();
  assert.deepEqual(RepoDigests, [`${registry.address}/made@${manifest.digest}`]);

  registry.manifests.clear();
  registry.requests.length = 0;
  const again = progressLines(await push('made'));
  assert.equal(manifestAt('made').digest, manifest.digest);
  assert.ok(again.some(({ status }) => status === 'Layer already exists'));
  assert.deepEqual(registry.seen('POST', /uploads/), []);
});

for (const [form, compression] of [
  ['docker', 'gzip'],
  ['oci', 'zstd'],
  ['oci', 'none'],
] as const) {
  test(`what was pulled (${form}, ${compression}) is pushed back under the same digests`, async () => {
    const image = registryImage({ form, compression, files: { a: randomBytes(1000), b: 'b' } });
    registry.add(`back/${compression}`, '1', image);
    const query = `fromImage=${registry.address}/back/${compression}&tag=1`;
    assert.equal(failureOf(await daemon.call('POST', `/images/create?${query}`)), undefined);
    await tag(`back/${compression}`, `again/${compression}`);
    registry.blobs.clear();
    assert.equal(failureOf(await push(`again/${compression}`)), undefined);
    assert.deepEqual(manifestAt(`again/${compression}`), image.manifest);
    for (const { digest, bytes } of image.layers) assert.deepEqual(registry.blobs.get(digest), bytes);
  });
}

for (const sizeBytes of [1000, 6_000_000]) {
  test(`a layer of ${sizeBytes} bytes that is damaged on disk is not pushed`, async () => {
    const name = `damaged${sizeBytes}`;
    await importImage(name, randomBytes(sizeBytes));
    const answer = await daemon.call('GET', `/images/${registry.address}/${name}:1/json`);
    const [diffId] = (JSON.parse(answer.body.toString()) as { RootFS: { Layers: string[] } }).RootFS.Layers;
    const blob = join(daemon.dataRoot, 'content/blobs/sha256', String(diffId).slice('sha256:'.length));
    const file = await open(blob, 'r+');
    await file.write('damaged', 600);
    await file.close();
    assert.match(failureOf(await push(name)) ?? '', new RegExp(`^blob ${diffId} is damaged`));
    assert.equal(registry.manifests.get(`${name}:1`), undefined);
  });
}

test('a large layer goes on where the connection broke', async () => {
  await importImage('large', randomBytes(LARGE_BYTES));
  registry.breakUploadAfter = LARGE_BYTES / 2;
  const lines = progressLines(await push('large'));
  assert.equal(lines.at(-1)?.error, undefined);
  assert.ok(lines.some(({ status }) => status === 'Retrying in 1 second'));
  const [first, second, ...others] = registry.seen('PATCH', /uploads/);
  assert.equal(first?.headers['content-range'], undefined);
  const from = Number(/^(\d+)-/.exec(second?.headers['content-range'] ?? '')?.[1]);
  assert.ok(from >= LARGE_BYTES / 2, `the second request begins at ${from}`);
  assert.deepEqual(others, []);
});

test('a small layer goes in one request', async () => {
  await importImage('small', Buffer.from('small'));
  await push('small');
  assert.deepEqual(registry.seen('PATCH', /./), []);
  assert.equal(registry.seen('PUT', /uploads/).length, 2, 'the layer and the configuration');
});

test('a layer that another repository has is mounted from there', async () => {
  await importImage('source', randomBytes(1000));
  await push('source');
  await tag('source', 'target');
  registry.requests.length = 0;
  registry.fault = ({ method, path }, response) => {
    // This registry keeps blobs by repository: it has none in the new one.
    if (method === 'HEAD' && path.startsWith('/v2/target/blobs/')) {
      refuse(response, 404, 'BLOB_UNKNOWN');
      return true;
    }
    if (!path.includes('mount=')) return false;
    response.writeHead(201).end();
    return true;
  };
  const lines = progressLines(await push('target'));
  assert.ok(
    lines.some(({ status }) => status === 'Mounted from source'),
    JSON.stringify(lines),
  );
  assert.equal(registry.seen('POST', /mount=sha256%3A\w+&from=source$/).length, 1);
});

test('a refusal is told in the registry’s words, and ends the push', async () => {
  await importImage('refused', Buffer.from('refused'));
  registry.fault = ({ method }, response) => {
    if (method !== 'POST') return false;
    refuse(response, 403, 'DENIED', 'requested access to the resource is denied');
    return true;
  };
  assert.equal(failureOf(await push('refused')), 'denied: requested access to the resource is denied');
  assert.deepEqual(registry.seen('PUT', /./), []);
});

test('a registry that is left alone for a while takes the push then', async () => {
  await importImage('later', Buffer.from('later'));
  let asked = 0;
  registry.fault = ({ method }, response) => {
    if (method !== 'POST' || ++asked > 2) return false;
    response.writeHead(503, { 'retry-after': '0' }).end();
    return true;
  };
  assert.equal(failureOf(await push('later')), undefined);
});

test('what does not exist, or has no tag of that name, is said so', async () => {
  await importImage('exists', Buffer.from('exists'));
  const name = `${registry.address}/exists`;
  assert.equal(failureOf(await push('exists', 'other')), `tag does not exist: ${name}:other`);
  assert.equal(
    failureOf(await push('nowhere')),
    `An image does not exist locally with the tag: ${registry.address}/nowhere`,
  );
});

test('an image is not pushed for another platform than its own', async () => {
  await importImage('platform', Buffer.from('platform'));
  const platform = encodeURIComponent('{"os":"linux","architecture":"s390x"}');
  assert.match(
    failureOf(await push('platform', `1&platform=${platform}`)) ?? '',
    /was found but its platform \(linux\/\w+\) does not match the specified platform \(linux\/s390x\)$/,
  );
  assert.deepEqual(registry.requests, []);
});

test('a client that hangs up ends its push', async () => {
  await importImage('hung', randomBytes(LARGE_BYTES));
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  registry.fault = ({ method }, response) => {
    if (method !== 'PATCH') return false;
    response.req.once('data', begin);
    response.on('close', end);
    return true;
  };
  const client = new AbortController();
  const hungUp = push('hung', '1', client.signal);
  await begun;
  client.abort();
  await assert.rejects(hungUp);
  await ended;
});
