import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { hostPlatform } from '../../../src/lib/platform.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { failureOf, progressLines, startPull } from '../../support/progress.ts';
import { descriptorOf, type ImageShape, indexOf, registryImage, registryIndex } from '../../support/registry-image.ts';
import { refuse, TestRegistry } from '../../support/test-registry.ts';
import { until } from '../../support/until.ts';

const HOST = hostPlatform().architecture;

let daemon: TestDaemon;
let registry: TestRegistry;
let secondMirror: TestRegistry;

before(async () => {
  [registry, secondMirror] = await Promise.all([TestRegistry.start(), TestRegistry.start()]);
  const mirrors = [registry, secondMirror].map(({ address }) => `http://${address}`);
  daemon = await startDaemon(mirrors.flatMap((mirror) => ['--registry-mirror', mirror]));
});
after(async () => {
  await Promise.all([registry.close(), secondMirror.close()]);
  await daemon.close();
});
afterEach(() => {
  registry.fault = () => false;
  registry.requests.length = 0;
});

function pull(name: string, query = 'tag=1', options: { auth?: object } = {}) {
  const header = Buffer.from(JSON.stringify(options.auth ?? {})).toString('base64');
  return daemon.call('POST', `/images/create?fromImage=${registry.address}/${name}&${query}`, {
    headers: { 'x-registry-auth': header },
  });
}

interface Inspected {
  readonly Id: string;
  readonly Architecture: string;
  readonly RepoTags: string[];
  readonly RepoDigests: string[];
}

async function inspect(name: string): Promise<Inspected> {
  return (await daemon.call('GET', `/images/${name}/json`)).json<Inspected>();
}

/** A file of the image, out of a container that never runs. */
async function fileIn(image: string, path: string): Promise<string> {
  const created = await daemon.call('POST', '/containers/create', { body: { Image: image } });
  const { Id } = created.json<{ Id: string }>();
  const { body } = await daemon.call('GET', `/containers/${Id}/archive?path=${path}`);
  await daemon.call('DELETE', `/containers/${Id}`);
  return body.subarray(512).toString().replace(/\0+$/, '');
}

const getsOf = (digest: string) => registry.seen('GET', /\/blobs\//).filter(({ path }) => path.endsWith(digest));

for (const form of ['docker', 'oci'] as const) {
  for (const compression of ['gzip', 'zstd', 'none'] as const) {
    test(`an image of ${form} form whose layers are compressed by ${compression} is pulled`, async () => {
      const shape: ImageShape = { form, compression, files: { a: `${form} ${compression}`, b: 'second' } };
      const image = registryImage(shape);
      const name = `forms/${form}-${compression}`;
      registry.add(name, '1', image);
      assert.equal(failureOf(await pull(name)), undefined);
      const reference = `${registry.address}/${name}`;
      assert.equal(await fileIn(`${reference}:1`, '/a'), `${form} ${compression}`);
      const { Id, RepoTags, RepoDigests } = await inspect(`${reference}:1`);
      assert.equal(Id, image.config.digest);
      assert.deepEqual(RepoTags, [`${reference}:1`]);
      assert.deepEqual(RepoDigests, [`${reference}@${image.manifest.digest}`]);
    });
  }
}

test('of an index the image for the wanted platform is taken, and its digest is the one that is kept', async () => {
  const amd64 = registryImage({ files: { f: 'amd64' }, architecture: 'amd64' });
  const arm64 = registryImage({ files: { f: 'arm64' }, architecture: 'arm64' });
  const index = registryIndex({ 'linux/arm64/v8': arm64, 'linux/amd64': amd64 });
  for (const image of [amd64, arm64]) registry.add('several', 'unused', image);
  registry.addManifest('several', '1', index);
  const name = `${registry.address}/several`;
  for (const architecture of ['amd64', 'arm64']) {
    assert.equal(failureOf(await pull('several', `tag=1&platform=linux/${architecture}`)), undefined);
    const inspected = await inspect(`${name}:1`);
    assert.equal(inspected.Architecture, architecture);
    assert.deepEqual(inspected.RepoDigests, [`${name}@${index.digest}`]);
  }
  assert.equal(
    failureOf(await pull('several', 'tag=1&platform=linux/riscv64')),
    'no matching manifest for linux/riscv64 in the manifest list entries',
  );
});

test('indexes may hold others, and an entry that names no platform is taken when none fits', async () => {
  const image = registryImage({ files: { f: 'nested' } });
  registry.add('nested', 'image', image);
  const levels = [indexOf([descriptorOf(image.manifest)])];
  while (levels.length < 5) levels.push(indexOf(levels.slice(-1).map(descriptorOf)));
  for (const [depth, level] of levels.entries()) registry.addManifest('nested', String(depth), level);
  assert.equal(failureOf(await pull('nested', 'tag=3')), undefined);
  assert.equal(await fileIn(`${registry.address}/nested:3`, '/f'), 'nested');
  assert.match(failureOf(await pull('nested', 'tag=4')) ?? '', /^indexes of \S+\/nested:4 are nested too deeply$/);
});

test('layers that an image has several times are fetched and told of once', async () => {
  const image = registryImage({ files: { f: 'repeated', g: 'too' }, times: 3 });
  registry.add('repeated', '1', image);
  const lines = progressLines(await pull('repeated'));
  for (const { digest } of image.layers.slice(0, 2)) {
    assert.equal(getsOf(digest).length, 1);
    for (const status of ['Pulling fs layer', 'Verifying Checksum', 'Download complete', 'Pull complete']) {
      const told = lines.filter((line) => line.id === digest.slice(7, 19) && line.status === status);
      assert.equal(told.length, 1, status);
    }
  }
  assert.equal(await fileIn(`${registry.address}/repeated:1`, '/g'), 'too');
});

test('an image that is there for another platform only is pulled, and said to be the wrong one', async () => {
  registry.add('single', '1', registryImage({ files: { f: 'x' } }));
  const answer = await pull('single', 'tag=1&platform=linux/s390x');
  assert.match(answer.body.toString(), /Status: Downloaded newer image/);
  assert.match(
    failureOf(answer) ?? '',
    /^image with reference \S+\/single:1 was found but does not match the specified platform: wanted linux\/s390x, actual: linux\//,
  );
});

test('layers that are here are not fetched again', async () => {
  const first = registryImage({ files: { a: 'shared', b: 'also shared', c: 'own' } });
  const second = registryImage({ files: { a: 'shared', b: 'also shared', c: 'another' } });
  registry.add('first', '1', first);
  registry.add('second', '1', second);
  await pull('first');
  registry.requests.length = 0;
  const lines = progressLines(await pull('second'));
  const exists = lines.filter(({ status }) => status === 'Already exists').map(({ id }) => id);
  assert.deepEqual(
    exists,
    second.layers.slice(0, 2).map(({ digest }) => digest.slice(7, 19)),
  );
  assert.equal(registry.seen('GET', /\/blobs\//).length, 2, 'the configuration and the one new layer');
});

test('by digest an image has no tag, and what is up to date is said to be', async () => {
  const { manifest, config } = registryImage({ files: { f: 'by digest' } });
  registry.add('digest', '1', registryImage({ files: { f: 'by digest' } }));
  const query = `tag=${manifest.digest}`;
  const name = `${registry.address}/digest@${manifest.digest}`;
  assert.equal(progressLines(await pull('digest', query)).at(-1)?.status, `Status: Downloaded newer image for ${name}`);
  assert.equal(progressLines(await pull('digest', query)).at(-1)?.status, `Status: Image is up to date for ${name}`);
  assert.deepEqual((await inspect(config.digest)).RepoTags, []);
});

test('whether a tag is up to date is asked by HEAD, which is no pull for those who count them', async () => {
  const [first, second] = ['one', 'two'].map((content) => registryImage({ files: { f: content } }));
  const other = registryImage({ files: { f: 'other' }, architecture: 's390x' });
  assert.ok(first && second);
  registry.add('moving', '1', first);
  await pull('moving');
  registry.requests.length = 0;
  const lines = progressLines(await pull('moving'));
  const reference = `${registry.address}/moving:1`;
  assert.deepEqual(lines, [
    { status: 'Pulling from moving', id: '1' },
    { status: `Digest: ${first.manifest.digest}` },
    { status: `Status: Image is up to date for ${reference}` },
  ]);
  assert.deepEqual(
    registry.requests.map(({ method, path }) => `${method} ${path}`),
    ['GET /v2/', 'HEAD /v2/moving/manifests/1'],
  );

  registry.add('moving', '1', second);
  assert.equal(progressLines(await pull('moving')).at(-1)?.status, `Status: Downloaded newer image for ${reference}`);
  assert.equal((await inspect(reference)).Id, second.config.digest);

  registry.add('moving', 'other', other);
  registry.addManifest('moving', '1', registryIndex({ [`linux/${HOST}`]: second, 'linux/s390x': other }));
  assert.equal(failureOf(await pull('moving', 'tag=1&platform=linux/s390x')), undefined);
  assert.equal(failureOf(await pull('moving')), undefined);
  assert.equal((await inspect(reference)).Id, second.config.digest, 'of the same index, but for this host');
});

/** Holds the answers for blobs back; `open` lets them all go. */
function holdBlobs(held: (path: string) => void): () => void {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  registry.fault = async ({ path }) => {
    if (!path.includes('/blobs/')) return false;
    held(path);
    await gate;
    return false;
  };
  return open;
}

test('two pulls of the same thing share its download, which goes on when one of them hangs up', async () => {
  const image = registryImage({ files: { f: randomBytes(100_000) } });
  registry.add('shared', '1', image);
  registry.add('shared', '2', image);
  const layer = image.layers[0]?.digest ?? '';
  const open = holdBlobs((path) => (path.endsWith(layer) ? begin() : undefined));
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const hold = registry.fault;
  registry.fault = async (request, response) => (request.path.endsWith(layer) ? hold(request, response) : false);
  const first = startPull(daemon.socketPath, `fromImage=${registry.address}/shared&tag=1`);
  await begun;
  const second = startPull(daemon.socketPath, `fromImage=${registry.address}/shared&tag=2`);
  await until('the second has joined', () => second.lines.some(({ status }) => status === 'Pulling fs layer'));
  first.hangUp();
  await first.ended;
  open();
  await second.ended;
  assert.match(second.lines.at(-1)?.status ?? '', /^Status: Downloaded newer image/);
  assert.equal(getsOf(layer).length, 1);
});

test('three layers are fetched at once, and the others wait', async () => {
  const files = Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`f${n}`, randomBytes(1000)]));
  const image = registryImage({ files });
  registry.add('parallel', '1', image);
  const { promise: full, resolve: fill } = Promise.withResolvers<void>();
  const under = new Set<string>();
  const open = holdBlobs((path) => {
    under.add(path);
    if (under.size === 3) fill();
  });
  // The configuration is no layer.
  registry.fault = ((held) => async (request, response) => {
    return request.path.endsWith(image.config.digest) ? false : held(request, response);
  })(registry.fault);
  const pulling = pull('parallel');
  await full;
  open();
  const lines = progressLines(await pulling);
  assert.equal(lines.filter(({ status }) => status === 'Waiting').length, 2);
  const complete = lines.filter(({ status }) => status === 'Pull complete').map(({ id }) => id);
  assert.deepEqual(
    complete,
    image.layers.map(({ digest }) => digest.slice(7, 19)),
    'in the order of the chain',
  );
});

test('images of Docker Hub come from its mirror, which is given no credentials', async () => {
  registry.add('library/skiff-mirrored', '1', registryImage({ files: { f: 'mirrored' } }));
  const auth = Buffer.from('{"username":"joe","password":"secret"}').toString('base64');
  const headers = { 'x-registry-auth': auth };
  const answer = await daemon.call('POST', '/images/create?fromImage=skiff-mirrored&tag=1', { headers });
  assert.equal(failureOf(answer), undefined);
  assert.equal(await fileIn('skiff-mirrored:1', '/f'), 'mirrored');
  assert.ok(registry.requests.every((request) => request.headers.authorization === undefined));
});

test('what a mirror fails to give, the next one is asked for at once', async () => {
  secondMirror.add('library/skiff-second', '1', registryImage({ files: { f: 'second' } }));
  registry.fault = ({ path }, response) => {
    if (!path.includes('/manifests/')) return false;
    response.writeHead(503, { 'retry-after': '60' }).end();
    return true;
  };
  assert.equal(failureOf(await daemon.call('POST', '/images/create?fromImage=skiff-second&tag=1')), undefined);
  assert.equal(registry.seen('GET', /manifests/).length, 1);
  assert.equal(await fileIn('skiff-second:1', '/f'), 'second');
});

test('a token is had by name and password, for what is to be done', async () => {
  registry.add('private/app', '1', registryImage({ files: { f: 'private' } }));
  registry.fault = ({ path, headers }, response) => {
    if (path.startsWith('/token')) {
      const isKnown = headers.authorization === `Basic ${Buffer.from('joe:secret').toString('base64')}`;
      if (isKnown) response.end('{"token":"letmein","expires_in":300}');
      else refuse(response, 401, 'UNAUTHORIZED', 'incorrect username or password');
      return true;
    }
    if (headers.authorization === 'Bearer letmein') return false;
    const realm = `Bearer realm="http://${registry.address}/token",service="test"`;
    response.writeHead(401, { 'www-authenticate': realm }).end();
    return true;
  };
  const wrong = await pull('private/app', 'tag=1', { auth: { username: 'joe', password: 'wrong' } });
  const asked = `http://${registry.address}/v2/private/app/manifests/1`;
  assert.equal(failureOf(wrong), `Head "${asked}": unauthorized: incorrect username or password`);
  registry.requests.length = 0;
  const right = await pull('private/app', 'tag=1', { auth: { username: 'joe', password: 'secret' } });
  assert.equal(failureOf(right), undefined);
  const [first, ...again] = registry.seen('GET', /^\/token/);
  const query = new URL(first?.path ?? '', 'http://x').searchParams;
  assert.equal(query.get('scope'), 'repository:private/app:pull');
  assert.equal(query.get('service'), 'test');
  assert.equal(query.get('account'), 'joe');
  assert.deepEqual(again, [], 'one token does for all requests');
});

test('an identity token is exchanged without a password', async () => {
  registry.add('private/identity', '1', registryImage({ files: { f: 'identity' } }));
  registry.fault = ({ path, method, headers }, response) => {
    if (path === '/token') {
      response.end(`{"access_token":"${method === 'POST' ? 'exchanged' : 'no'}"}`);
      return true;
    }
    if (headers.authorization === 'Bearer exchanged') return false;
    response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${registry.address}/token"` }).end();
    return true;
  };
  const answer = await pull('private/identity', 'tag=1', { auth: { identitytoken: 'refresh' } });
  assert.equal(failureOf(answer), undefined);
});
