import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { failureOf, progressLines, startPull } from '../../support/progress.ts';
import { blobOf, type RegistryImage, registryImage } from '../../support/registry-image.ts';
import { refuse, sendBlob, TestRegistry } from '../../support/test-registry.ts';
import { until } from '../../support/until.ts';

const SIZE_BYTES = 3_000_000;
const HALF = SIZE_BYTES / 2;

let daemon: TestDaemon;
let registry: TestRegistry;
let image: RegistryImage;

before(async () => {
  registry = await TestRegistry.start();
  daemon = await startDaemon();
});
after(async () => {
  await registry.close();
  await daemon.close();
});
afterEach(async () => {
  registry.fault = () => false;
  registry.requests.length = 0;
  await daemon.call('DELETE', `/images/${registry.address}/a:1?force=1`);
  await until('nothing of a pull stays without its image', async () => (await blobsOfPulls()).length === 0);
});

/** A new image at each call, with one layer that is not compressible. */
function addImage(change?: (manifest: Record<string, unknown>) => void): RegistryImage {
  image = registryImage({ files: { f: randomBytes(SIZE_BYTES) }, ...(change === undefined ? {} : { change }) });
  registry.add('a', '1', image);
  return image;
}

function pull(headers: Record<string, string> = {}) {
  return daemon.call('POST', `/images/create?fromImage=${registry.address}/a&tag=1`, { headers });
}

/** What is in the content store besides the default image's. */
async function blobsOfPulls(): Promise<string[]> {
  const blobs = await readdir(join(daemon.dataRoot, 'content/blobs/sha256'));
  const halves = await readdir(join(daemon.dataRoot, 'content/ingest'));
  const mine = [image?.config, ...(image?.layers ?? [])].map((blob) => blob?.digest.slice('sha256:'.length));
  return [...blobs.filter((name) => mine.includes(name)), ...halves];
}

const isBlob = (path: string) => path.includes(`/blobs/${image.layers[0]?.digest}`);

test('a registry that dies in the midst of a layer is asked for the rest', async () => {
  addImage();
  registry.fault = (request, response) => {
    if (!isBlob(request.path) || request.headers.range !== undefined) return false;
    const blob = image.layers[0]?.bytes ?? Buffer.alloc(0);
    response.writeHead(200, { 'content-length': blob.length });
    response.write(blob.subarray(0, HALF), () => response.destroy());
    return true;
  };
  const answer = await pull();
  assert.equal(failureOf(answer), undefined);
  const [first, second, ...others] = registry.seen('GET', /blobs\/sha256/).filter(({ path }) => isBlob(path));
  assert.equal(first?.headers.range, undefined);
  const from = Number(/^bytes=(\d+)-$/.exec(second?.headers.range ?? '')?.[1]);
  assert.ok(from > 0 && from <= HALF, `the second request begins at ${from}`);
  assert.deepEqual(others, []);
  assert.ok(progressLines(answer).some(({ status }) => status === 'Retrying in 1 second'));
});

test('a registry that ends in the midst of a layer is waited for until it is there again', async () => {
  addImage();
  const first = await TestRegistry.start();
  first.add('a', '1', image);
  first.fault = ({ path }, response) => {
    if (!isBlob(path)) return false;
    const blob = image.layers[0]?.bytes ?? Buffer.alloc(0);
    response.writeHead(200, { 'content-length': blob.length });
    response.write(blob.subarray(0, HALF), () => void first.close());
    return true;
  };
  const { address } = first;
  const pulling = startPull(daemon.socketPath, `fromImage=${address}/a&tag=1`);
  const waits = () => pulling.lines.filter(({ status = '' }) => status.startsWith('Retrying'));
  await until('the pull has found nobody there', () =>
    waits().some(({ status }) => status === 'Retrying in 2 seconds'),
  );
  const second = await TestRegistry.start(Number(address.split(':')[1]));
  second.add('a', '1', image);
  await pulling.ended;
  assert.equal(pulling.lines.at(-1)?.status, `Status: Downloaded newer image for ${address}/a:1`);
  assert.match(second.seen('GET', /blobs/)[0]?.headers.range ?? '', /^bytes=\d+-$/);
  await daemon.call('DELETE', `/images/${address}/a:1?force=1`);
  await second.close();
});

test('a registry that knows no ranges is read again, and what was had is left out', async () => {
  addImage();
  let attempts = 0;
  registry.fault = (request, response) => {
    if (!isBlob(request.path)) return false;
    const blob = image.layers[0]?.bytes ?? Buffer.alloc(0);
    response.writeHead(200, { 'content-length': blob.length });
    if (++attempts === 1) response.write(blob.subarray(0, HALF), () => response.destroy());
    else response.end(blob);
    return true;
  };
  assert.equal(failureOf(await pull()), undefined);
  assert.equal(attempts, 2);
});

test('a registry whose ranges cannot be used is read again from the start', async () => {
  for (const [status, range] of [
    [416, undefined],
    [206, undefined],
    [206, `bytes ${SIZE_BYTES - 1}-${SIZE_BYTES}/*`],
  ] as const) {
    addImage();
    const asked: (string | undefined)[] = [];
    registry.fault = (request, response) => {
      if (!isBlob(request.path)) return false;
      const blob = image.layers[0]?.bytes ?? Buffer.alloc(0);
      asked.push(request.headers.range);
      if (request.headers.range !== undefined) {
        response.writeHead(status, range === undefined ? {} : { 'content-range': range }).end();
        return true;
      }
      response.writeHead(200, { 'content-length': blob.length });
      if (asked.length === 1) response.write(blob.subarray(0, HALF), () => response.destroy());
      else response.end(blob);
      return true;
    };
    assert.equal(failureOf(await pull()), undefined);
    assert.deepEqual([asked.length, asked[2]], [3, undefined]);
  }
});

test('a connection that breaks after the last byte has done its work', async () => {
  addImage();
  registry.fault = (request, response) => {
    if (!isBlob(request.path)) return false;
    response.writeHead(200);
    const blob = image.layers[0]?.bytes ?? Buffer.alloc(0);
    response.write(blob, () => response.destroy());
    return true;
  };
  assert.equal(failureOf(await pull()), undefined);
  assert.equal(registry.seen('GET', /blobs/).filter(({ path }) => isBlob(path)).length, 1);
});

test('bytes that are not what the digest says are refused, and not asked for again', async () => {
  addImage();
  registry.fault = (request, response) => {
    if (!isBlob(request.path)) return false;
    const wrong = Buffer.from(image.layers[0]?.bytes ?? '');
    wrong[HALF] = (wrong[HALF] ?? 0) ^ 1;
    sendBlob(request, response, wrong, '');
    return true;
  };
  const answer = await pull();
  assert.equal(failureOf(answer), `filesystem layer verification failed for digest ${image.layers[0]?.digest}`);
  assert.equal(registry.seen('GET', /blobs/).filter(({ path }) => isBlob(path)).length, 1);
});

test('more bytes than announced are refused', async () => {
  addImage();
  registry.fault = (request, response) => {
    if (!isBlob(request.path)) return false;
    sendBlob(request, response, Buffer.concat([image.layers[0]?.bytes ?? Buffer.alloc(0), Buffer.alloc(1)]), '');
    return true;
  };
  assert.match(failureOf(await pull()) ?? '', /^filesystem layer verification failed for digest sha256:/);
});

test('a manifest that is not what its digest says is refused', async () => {
  const { manifest } = addImage();
  const other = blobOf(
    manifest.mediaType,
    JSON.parse(manifest.bytes.toString().replace('"schemaVersion"', '"x":1,"schemaVersion"')) as object,
  );
  registry.manifests.set(`a@${manifest.digest}`, other);
  const answer = await daemon.call('POST', `/images/create?fromImage=${registry.address}/a&tag=${manifest.digest}`);
  assert.equal(answer.status, 500);
  assert.equal(failureOf(answer), `manifest verification failed for digest ${manifest.digest}`);
});

test('a registry that asks to be left alone gets the time that it asks for', async () => {
  addImage();
  const asked: number[] = [];
  registry.fault = (request, response) => {
    if (!isBlob(request.path)) return false;
    asked.push(performance.now());
    if (asked.length > 1) return false;
    response.writeHead(429, { 'retry-after': '2' }).end('{"errors":[{"code":"TOOMANYREQUESTS","message":"slow"}]}');
    return true;
  };
  const answer = await pull();
  assert.equal(failureOf(answer), undefined);
  const [first = 0, second = 0] = asked;
  assert.ok(second - first >= 1990, `asked again after ${second - first} ms`);
  assert.ok(progressLines(answer).some(({ status }) => status === 'Retrying in 2 seconds'));
});

test('a registry in trouble is asked again, also for the manifest', async () => {
  addImage();
  const failed = new Set<string>();
  registry.fault = ({ path }, response) => {
    if (path === '/v2/' || failed.has(path)) return false;
    failed.add(path);
    response.writeHead(500).end();
    return true;
  };
  const answer = await pull();
  assert.equal(failureOf(answer), undefined);
  assert.equal(failed.size, 3, 'manifest, configuration and layer');
  assert.deepEqual(progressLines(answer)[0], { status: 'Retrying in 1 second' }, 'nobody waits without being told');
});

test('credentials are for the registry alone, not for where it redirects to', async () => {
  addImage();
  const store = await TestRegistry.start();
  try {
    for (const [digest, bytes] of registry.blobs) store.blobs.set(digest, bytes);
    registry.fault = ({ path, headers }, response) => {
      if (headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end();
        return true;
      }
      if (!path.includes('/blobs/')) return false;
      response.writeHead(307, { location: `http://${store.address}${path}` }).end();
      return true;
    };
    const auth = Buffer.from('{"username":"joe","password":"secret"}').toString('base64');
    assert.equal(failureOf(await pull({ 'x-registry-auth': auth })), undefined);
    assert.equal(store.seen('GET', /blobs/).length, 2);
    for (const { headers } of store.requests) assert.equal(headers.authorization, undefined);
    const basic = `Basic ${Buffer.from('joe:secret').toString('base64')}`;
    assert.ok(registry.requests.every(({ headers, path }) => path === '/v2/' || headers.authorization === basic));
  } finally {
    await store.close();
  }
});

test('where a registry redirects to is not told who we are, even when it asks', async () => {
  addImage();
  const store = await TestRegistry.start();
  try {
    store.fault = (_request, response) => {
      const realm = `Bearer realm="http://${store.address}/token",service="catch"`;
      response.writeHead(401, { 'www-authenticate': `${realm}, Basic realm="catch"` }).end();
      return true;
    };
    registry.fault = ({ path, headers }, response) => {
      if (headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end();
        return true;
      }
      if (!path.includes('/blobs/')) return false;
      response.writeHead(307, { location: `http://${store.address}${path}` }).end();
      return true;
    };
    const auth = Buffer.from('{"username":"joe","password":"secret"}').toString('base64');
    assert.match(failureOf(await pull({ 'x-registry-auth': auth })) ?? '', /^unauthorized/);
    assert.ok(store.requests.length > 0);
    for (const { headers } of store.requests) assert.equal(headers.authorization, undefined);
    assert.deepEqual(store.seen('GET', /token/), []);
  } finally {
    await store.close();
  }
});

test('a large page instead of an error is shown by its start', async () => {
  addImage();
  registry.fault = ({ path }, response) => {
    if (!path.includes('/manifests/')) return false;
    response.writeHead(400, { 'content-type': 'text/html' }).end('x'.repeat(1_000_000));
    return true;
  };
  assert.match(failureOf(await pull()) ?? '', /^error parsing HTTP 400 response body: "x{1024}"$/);
});

test('a registry that redirects to itself for ever is left', async () => {
  addImage();
  registry.fault = ({ path }, response) => {
    if (!path.includes('/manifests/')) return false;
    response.writeHead(307, { location: path }).end();
    return true;
  };
  assert.match(failureOf(await pull()) ?? '', /received unexpected HTTP status: 307/);
  assert.ok(registry.requests.length < 20);
});

test('a manifest of five megabytes is refused without being kept', async () => {
  const { manifest } = addImage();
  const large = Buffer.concat([manifest.bytes, Buffer.alloc(5_000_000, ' ')]);
  registry.addManifest('a', '1', { ...manifest, bytes: large });
  const answer = await pull();
  assert.equal(answer.status, 500);
  assert.match(failureOf(answer) ?? '', /is larger than 4194304 bytes$/);
});

test('foreign layers, other things than images and obsolete manifests are refused by name', async () => {
  const cases: [(manifest: Record<string, unknown>) => void, RegExp][] = [
    [
      (manifest) => {
        const [layer] = manifest['layers'] as object[];
        manifest['layers'] = [
          { ...layer, mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', urls: ['https://x/y'] },
        ];
      },
      /^layer sha256:\w+ is a foreign layer, which registries do not hand out; its maker offers it at https:\/\/x\/y$/,
    ],
    [
      (manifest) => {
        manifest['config'] = {
          ...(manifest['config'] as object),
          mediaType: 'application/vnd.cncf.helm.config.v1+json',
        };
      },
      /^unsupported media type application\/vnd\.cncf\.helm\.config\.v1\+json: this is no container image$/,
    ],
    [
      (manifest) => {
        manifest['schemaVersion'] = 1;
      },
      /manifest schema 1 are obsolete/,
    ],
    [
      (manifest) => {
        manifest['manifests'] = [];
      },
      /an image and an index at once/,
    ],
    [
      (manifest) => {
        manifest['layers'] = [];
      },
      /^layers from manifest don't match image configuration: 0 layers, 1 diff IDs$/,
    ],
  ];
  for (const [change, expected] of cases) {
    addImage(change);
    assert.match(failureOf(await pull()) ?? '', expected);
  }
});

test('more layers than can lie on one another are refused as by Docker, before one is fetched', async () => {
  image = registryImage({ files: { f: 'x' }, times: 126 });
  registry.add('a', '1', image);
  assert.equal(failureOf(await pull()), 'failed to register layer: max depth exceeded');
  assert.deepEqual(registry.seen('GET', /blobs/), []);
});

test('what a registry says it lacks or forbids is said in the words of Docker', async () => {
  addImage();
  const name = `${registry.address}/a`;
  const cases: [number, string, number, string][] = [
    [404, 'MANIFEST_UNKNOWN', 404, `manifest for ${name}:1 not found: manifest unknown: told`],
    [404, 'NAME_UNKNOWN', 404, `repository ${name} not found: name unknown: told`],
    [
      403,
      'DENIED',
      404,
      `pull access denied for ${name}, repository does not exist or may require 'docker login': denied: told`,
    ],
    [400, 'UNSUPPORTED', 500, 'unsupported: told'],
  ];
  for (const [status, code, expected, message] of cases) {
    registry.fault = ({ path }, response) => {
      if (!path.includes('/manifests/')) return false;
      refuse(response, status, code, 'told');
      return true;
    };
    const answer = await pull();
    assert.equal(answer.status, expected);
    assert.equal(failureOf(answer), message);
  }
});
