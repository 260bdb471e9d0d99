import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { failureOf, startPull } from '../../support/progress.ts';
import { type RegistryImage, registryImage } from '../../support/registry-image.ts';
import { tarOf } from '../../support/tar.ts';
import { TestRegistry } from '../../support/test-registry.ts';
import { until } from '../../support/until.ts';

// Clients that hang up, in each phase of a pull or push: it ends there, and nothing of it stays.

const PLACES = ['content/blobs/sha256', 'content/ingest', 'layers/l', 'layers/tmp', 'layers/trash'];
const SIZE_BYTES = 3_000_000;
/** Unpacking so much takes longer than it takes to hang up. */
const LONG_BYTES = 150_000_000;

let daemon: TestDaemon;
let registry: TestRegistry;
let untouched: string;

before(async () => {
  registry = await TestRegistry.start();
  daemon = await startDaemon();
  untouched = await kept();
});
after(async () => {
  await registry.close();
  await daemon.close();
});
afterEach(async () => {
  registry.fault = () => false;
  registry.requests.length = 0;
  await until('nothing of the pull is left', async () => (await kept()) === untouched);
});

async function kept(): Promise<string> {
  const names = await Promise.all(PLACES.map((place) => readdir(join(daemon.dataRoot, place))));
  return names.flat().sort().join(' ');
}

function addImage(name: string, layers = 1): RegistryImage {
  const files = Array.from({ length: layers }, (_, n) => [`f${n}`, randomBytes(SIZE_BYTES)] as const);
  const image = registryImage({ files: Object.fromEntries(files) });
  registry.add(name, '1', image);
  return image;
}

const startedPull = (name: string) => startPull(daemon.socketPath, `fromImage=${registry.address}/${name}&tag=1`);

/** Requests of the path are begun to be answered and then left hanging; resolves when all so many have come and gone. */
function hang(path: (url: string) => boolean, count = 1) {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  let [open, closed] = [0, 0];
  registry.fault = (request, response) => {
    if (request.method !== 'GET' || !path(request.path)) return false;
    response.writeHead(200, { 'content-length': SIZE_BYTES });
    response.on('close', () => ++closed === count && ended.resolve());
    response.write(Buffer.alloc(SIZE_BYTES / 2), () => ++open === count && begun.resolve());
    return true;
  };
  return { begun: begun.promise, ended: ended.promise };
}

for (const [phase, layers, hanging, matches] of [
  ['the manifest', 1, 1, () => (url: string) => url.includes('/manifests/')],
  [
    'the configuration',
    1,
    1,
    ({ config }: RegistryImage) =>
      (url: string) =>
        url.endsWith(config.digest),
  ],
  [
    'a layer',
    1,
    1,
    ({ config }: RegistryImage) =>
      (url: string) =>
        /blobs/.test(url) && !url.endsWith(config.digest),
  ],
  // Three come at once, and the others wait for them.
  [
    'layers',
    5,
    3,
    ({ config }: RegistryImage) =>
      (url: string) =>
        /blobs/.test(url) && !url.endsWith(config.digest),
  ],
] as const) {
  test(`a client that hangs up while ${phase} ${layers > 1 ? 'are' : 'is'} fetched ends that`, async () => {
    const image = addImage('a', layers);
    const { begun, ended } = hang(matches(image), hanging);
    const pulling = startedPull('a');
    await begun;
    pulling.hangUp();
    await ended;
    await pulling.ended;
  });
}

test('a client that hangs up while a registry is waited for is not waited for itself', async () => {
  addImage('a');
  registry.fault = ({ path }, response) => {
    if (!path.includes('/blobs/')) return false;
    response.writeHead(503, { 'retry-after': '60' }).end();
    return true;
  };
  const pulling = startedPull('a');
  await until('it has been told to wait', () => registry.seen('GET', /blobs/).length > 0);
  pulling.hangUp();
  await pulling.ended;
  await until('nothing of it is left', async () => (await kept()) === untouched);
  assert.equal(registry.seen('GET', /blobs/).length, 1);
});

test('a client that hangs up while a layer is unpacked ends that, unless another one pulls the same', async () => {
  registry.add('a', '1', registryImage({ files: { zeros: Buffer.alloc(LONG_BYTES) }, compression: 'none' }));
  const unpacking = async () => (await readdir(join(daemon.dataRoot, 'layers/tmp'))).length > 0;
  const alone = startedPull('a');
  await until('the layer is being unpacked', unpacking);
  alone.hangUp();
  await alone.ended;
  await until('nothing of it is left', async () => (await kept()) === untouched);

  const [first, second] = [startedPull('a'), startedPull('a')];
  await until('both are told of the unpacking', () =>
    [first, second].every(({ lines }) => lines.some(({ status }) => status === 'Extracting')),
  );
  first.hangUp();
  await second.ended;
  assert.match(second.lines.at(-1)?.status ?? '', /^Status: Downloaded newer image for /);
  assert.equal((await daemon.call('DELETE', `/images/${registry.address}/a:1`)).status, 200);
});

test('what a client was fetching when it hung up is pulled by the next one', async () => {
  const image = addImage('a');
  const { begun } = hang((url) => url.endsWith(image.layers[0]?.digest ?? ''));
  const pulling = startedPull('a');
  await begun;
  pulling.hangUp();
  registry.fault = () => false;
  const again = await daemon.call('POST', `/images/create?fromImage=${registry.address}/a&tag=1`);
  assert.equal(failureOf(again), undefined);
  assert.equal((await daemon.call('DELETE', `/images/${registry.address}/a:1`)).status, 200);
});

test('a client that hangs up ends its push in any phase', async () => {
  const name = `${registry.address}/pushed`;
  const query = `fromSrc=-&repo=${name}&tag=1`;
  await daemon.call('POST', `/images/create?${query}`, { body: tarOf('f', randomBytes(SIZE_BYTES * 2)) });
  const asked: string[] = [];
  for (const [method, path] of [
    ['GET', /^\/v2\/$/],
    ['HEAD', /\/blobs\/sha256:/],
    ['POST', /\/blobs\/uploads\//],
    ['PATCH', /\/blobs\/uploads\//],
    ['PUT', /\/blobs\/uploads\//],
    ['PUT', /\/manifests\/1$/],
  ] as const) {
    registry.blobs.clear();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const client = new AbortController();
    registry.fault = (request, response) => {
      if (request.method !== method || !path.test(request.path)) return false;
      asked.push(`${method} ${path.source}`);
      response.on('close', end);
      // A server that does not read is not told that nobody sends any more.
      response.req.resume();
      client.abort();
      return true;
    };
    const headers = { 'x-registry-auth': Buffer.from('{}').toString('base64') };
    await assert.rejects(daemon.call('POST', `/images/${name}/push?tag=1`, { headers, signal: client.signal }), {
      name: 'AbortError',
    });
    await ended;
  }
  assert.equal(new Set(asked).size, 6);
  registry.fault = () => false;
  assert.equal(registry.manifests.get('pushed:1'), undefined);
  assert.equal((await daemon.call('DELETE', `/images/${name}:1`)).status, 200);
});
