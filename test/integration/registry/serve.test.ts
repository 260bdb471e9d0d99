import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../../src/lib/digest.ts';
import { runCommand } from '../../support/command.ts';
import { until } from '../../support/until.ts';
import { RegistryProcess } from './registry-process.ts';

/** `skiff registry serve` as a process: its memory, its end, its death. */

const LARGE_BYTES = 2 * 1024 ** 3;
/** Of so many zeros. */
const LARGE_DIGEST = 'sha256:a7c744c13cc101ed66c29f672f92455547889cc586ce6d44fe76ae824958ea51';
const MEMORY_LIMIT_BYTES = 120 * 1024 ** 2;

function* zeros(sizeBytes: number): Generator<Buffer> {
  const piece = Buffer.alloc(1024 ** 2);
  for (let left = sizeBytes; left > 0; left -= piece.length) yield piece.subarray(0, left);
}

function filesOpen({ pid }: RegistryProcess): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((name) => {
    try {
      return [readlinkSync(join(folder, name))];
    } catch {
      return []; // closed just now
    }
  });
}

function isRefused(address: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(Number(address.split(':')[1]), '127.0.0.1', () => resolve(false));
  socket.on('error', () => resolve(true));
  return promise.finally(() => socket.destroy());
}

test('a layer of two gigabytes passes in and out with less than 120 MB', async (t) => {
  const registry = await RegistryProcess.start(t);
  const digest = LARGE_DIGEST;
  const body = ReadableStream.from(zeros(LARGE_BYTES));
  const init = { body, duplex: 'half' } as RequestInit;
  const pushed = await registry.request('POST', `/v2/app/blobs/uploads/?digest=${digest}`, init);
  assert.equal(pushed.status, 201, await pushed.text());
  const pulled = await registry.request('GET', `/v2/app/blobs/${digest}`);
  let sizeBytes = 0;
  for await (const chunk of pulled.body ?? []) sizeBytes += (chunk as Uint8Array).length;
  assert.equal(sizeBytes, LARGE_BYTES);
  const peak = registry.peakMemoryBytes();
  assert.ok(peak < MEMORY_LIMIT_BYTES, `${Math.round(peak / 1024 ** 2)} MB`);
});

test('ten layers at once, in and out, need no more memory than that', async (t) => {
  const registry = await RegistryProcess.start(t);
  const sizeBytes = 32 * 1024 ** 2;
  const one = async (name: string): Promise<void> => {
    const head = Buffer.from(name);
    const hash = createHash('sha256').update(head);
    for (const piece of zeros(sizeBytes)) hash.update(piece);
    const digest = `sha256:${hash.digest('hex')}`;
    const body = ReadableStream.from([head, ...zeros(sizeBytes)]);
    const path = `/v2/${name}/blobs/uploads/?digest=${digest}`;
    assert.equal((await registry.request('POST', path, { body, duplex: 'half' } as RequestInit)).status, 201);
    const pulled = await registry.request('GET', `/v2/${name}/blobs/${digest}`);
    assert.equal((await pulled.arrayBuffer()).byteLength, head.length + sizeBytes);
  };
  await Promise.all(Array.from({ length: 10 }, (_, index) => one(`layer${index}`)));
  const peak = registry.peakMemoryBytes();
  assert.ok(peak < MEMORY_LIMIT_BYTES, `${Math.round(peak / 1024 ** 2)} MB`);
});

test('a large upload that is gone on with after a new start needs no more memory either', async (t) => {
  const registry = await RegistryProcess.start(t);
  const half = 128 * 1024 ** 2;
  const location = (await registry.request('POST', '/v2/app/blobs/uploads/')).headers.get('location') ?? '';
  const patch = () => {
    const init = { body: ReadableStream.from(zeros(half)), duplex: 'half' } as RequestInit;
    return registry.request('PATCH', location, init);
  };
  assert.equal((await patch()).status, 202);
  await registry.end('SIGKILL');
  await registry.start();
  assert.equal((await patch()).headers.get('range'), `0-${2 * half - 1}`);
  const hash = createHash('sha256');
  for (const piece of zeros(2 * half)) hash.update(piece);
  const finished = await registry.request('PUT', `${location}?digest=sha256:${hash.digest('hex')}`);
  assert.equal(finished.status, 201);
  const peak = registry.peakMemoryBytes();
  assert.ok(peak < MEMORY_LIMIT_BYTES, `${Math.round(peak / 1024 ** 2)} MB`);
});

test('a registry that is killed has all that it has answered, and uploads are gone on with', async (t) => {
  const registry = await RegistryProcess.start(t);
  const config = digestOf('{}');
  await registry.request('POST', `/v2/app/blobs/uploads/?digest=${config}`, { body: '{}' });
  const manifest = JSON.stringify({ schemaVersion: 2, config: { digest: config, size: 2, mediaType: 'x/y' } });
  const put = await registry.request('PUT', '/v2/app/manifests/v1', { body: manifest });
  assert.equal(put.status, 400, 'text/plain is no type of a manifest');
  const headers = { 'Content-Type': 'application/vnd.oci.image.manifest.v1+json' };
  assert.equal((await registry.request('PUT', '/v2/app/manifests/v1', { body: manifest, headers })).status, 201);
  const location = (await registry.request('POST', '/v2/app/blobs/uploads/')).headers.get('location') ?? '';
  await registry.request('PATCH', location, { body: 'half' });
  await registry.end('SIGKILL');
  await registry.start();
  assert.equal(await (await registry.request('GET', '/v2/app/manifests/v1')).text(), manifest);
  assert.equal((await registry.request('GET', location)).headers.get('range'), '0-3');
  const whole = `${location}?digest=${digestOf('half and half')}`;
  assert.equal((await registry.request('PUT', whole, { body: ' and half' })).status, 201);
});

test('killed in the midst of pushes, a registry starts again with whole blobs and no remains', async (t) => {
  const registry = await RegistryProcess.start(t);
  for (let round = 0; round < 5; round++) {
    const contents = Array.from({ length: 8 }, (_, index) => `${round} ${index} `.repeat(50_000));
    const uploads = () => readdirSync(join(registry.root, 'uploads')).length;
    const before = uploads();
    const pushes = Promise.allSettled(
      contents.map(async (content) => {
        const path = `/v2/app/blobs/uploads/?digest=${digestOf(content)}`;
        const answer = await registry.request('POST', path, { body: content });
        return answer.status === 201 ? digestOf(content) : undefined;
      }),
    );
    await until('the first has begun', () => uploads() > before);
    await registry.end('SIGKILL');
    const answered = (await pushes).flatMap((one) =>
      one.status === 'fulfilled' && one.value !== undefined ? one.value : [],
    );
    await registry.start();
    for (const digest of answered) {
      const answer = await registry.request('GET', `/v2/app/blobs/${digest}`);
      assert.equal(digestOf(await answer.text()), digest);
    }
    const blobs = join(registry.root, 'content/blobs/sha256');
    for (const name of readdirSync(blobs)) assert.equal(digestOf(readFileSync(join(blobs, name))), `sha256:${name}`);
    for (const folder of ['content/ingest', 'temporary']) {
      assert.deepEqual(readdirSync(join(registry.root, folder)), []);
    }
  }
});

test('SIGTERM and SIGINT end the registry with 0, also with a connection open', async (t) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const registry = await RegistryProcess.start(t);
    await registry.request('GET', '/v2/');
    assert.equal(await registry.end(signal), 0);
  }
});

test('SIGTERM lets an upload come to its end, and takes no new connection', async (t) => {
  const registry = await RegistryProcess.start(t);
  const location = (await registry.request('POST', '/v2/app/blobs/uploads/')).headers.get('location') ?? '';
  const outgoing = httpRequest(new URL(location, `http://${registry.address}`), { method: 'PATCH' });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  outgoing.write('begun, ');
  await once(outgoing, 'socket');
  await until('the upload is under way', () => filesOpen(registry).some((path) => path.endsWith('/data')));
  const ended = registry.end('SIGTERM');
  await until('it takes no more connections', () => isRefused(registry.address));
  outgoing.end('ended');
  const [answer] = await answered;
  assert.deepEqual([answer.statusCode, answer.headers['range']], [202, '0-11']);
  answer.resume();
  assert.equal(await ended, 0);
});

test('an upload that does not end after SIGTERM is cut, and gone on with after the next start', async (t) => {
  const registry = await RegistryProcess.start(t);
  const location = (await registry.request('POST', '/v2/app/blobs/uploads/')).headers.get('location') ?? '';
  const outgoing = httpRequest(new URL(location, `http://${registry.address}`), { method: 'PATCH' });
  const cut = once(outgoing, 'error');
  outgoing.write('begun, ');
  await until('the upload is under way', () => filesOpen(registry).some((path) => path.endsWith('/data')));
  assert.equal(await registry.end('SIGTERM'), 0);
  await cut;
  await registry.start();
  assert.equal((await registry.request('GET', location)).headers.get('range'), '0-6');
});

test('every request is logged when that is asked for', async (t) => {
  const registry = await RegistryProcess.start(t, ['--log-requests']);
  const headers = { Authorization: `Basic ${Buffer.from('ana:secret').toString('base64')}` };
  await registry.request('GET', '/v2/app/manifests/v1', { headers });
  await until('it is logged', () => /127.0.0.1 ana GET \/v2\/app\/manifests\/v1 404 \d+ms/.test(registry.output));
  assert.doesNotMatch(registry.output, /secret/);
  assert.match(registry.output, /Registry of \/tmp\/\S+, everybody may pull, push and delete, without TLS/);
});

test('one registry at a time uses a folder', async (t) => {
  const registry = await RegistryProcess.start(t);
  const args = ['registry', 'serve', '--addr', '127.0.0.1:0', '--root', registry.root];
  const second = await runCommand(join(import.meta.dirname, '../../../bin/skiff'), args);
  assert.equal(second.status, 1);
  assert.match(second.stderr, /^skiff registry: the registry root .* is in use by another skiffd \(process \d+\)\n$/);
});

test('a registry whose log nobody takes any more goes on serving', async (t) => {
  const registry = await RegistryProcess.start(t, ['--log-requests']);
  registry.closeLog();
  for (let n = 0; n < 3; n++) assert.equal((await registry.request('GET', '/v2/')).status, 200);
});

test('what makes no sense on the command line is refused', async () => {
  const serve = (...flags: string[]) =>
    runCommand(join(import.meta.dirname, '../../../bin/skiff'), ['registry', 'serve', ...flags]);
  for (const [flags, status, words] of [
    [['--addr', 'nope'], 1, /^skiff registry: invalid address "nope": host:port\n$/],
    [['--addr', '1.2.3.4:70000'], 1, /invalid address/],
    [['--tls-cert', '/x'], 1, /--tls-cert and --tls-key go together/],
    [['--gc-grace', '5'], 1, /missing unit in duration "5"/],
    [['--proxy', 'ftp://x'], 1, /invalid registry to cache "ftp:\/\/x"/],
    [['--proxy', 'https://a:b@x'], 1, /has a password in its URL/],
    [['--proxy-username', 'a'], 1, /--proxy-username and --proxy-password-file go together/],
    [['--proxy-keep-storage', '5 bananas'], 1, /invalid --proxy-keep-storage "5 bananas"/],
    [['--proxy-keep-storage', '0'], 1, /invalid --proxy-keep-storage "0": it is zero/],
    [['--bogus'], 125, /unknown flag: --bogus/],
    [['extra'], 1, /accepts no arguments/],
  ] as const) {
    const result = await serve(...flags);
    assert.equal(result.status, status, flags.join(' '));
    assert.match(result.stderr, words);
  }
});
