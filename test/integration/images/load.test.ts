import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dockerArchive, makeImage } from '../../../src/images/testing/image-archive.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

/** Unpacking so much takes longer than it takes to hang up. */
const LONG_BYTES = 150_000_000;

let daemon: TestDaemon;
let archive: Buffer;
before(async () => {
  daemon = await startDaemon();
  archive = (await daemon.call('GET', '/images/busybox/get')).body;
});
after(() => daemon.close());

/** Everything that images have on disk. */
function filesKept(): string[] {
  const below = (folder: string) => readdirSync(join(daemon.dataRoot, folder), { recursive: true }).map(String);
  return [...below('content'), ...below('layers/l'), ...below('layers/tmp')].sort();
}

/** Sends the first bytes of a load and leaves the rest to the caller. */
function beginLoad(bytes: Buffer) {
  const outgoing = request({ socketPath: daemon.socketPath, method: 'POST', path: '/images/load', agent: false });
  outgoing.setHeader('content-type', 'application/x-tar');
  // Cutting it off is what the test is about.
  outgoing.on('error', () => undefined);
  outgoing.write(bytes);
  return outgoing;
}

test('a client that hangs up in the middle of a load leaves nothing behind', async () => {
  await daemon.call('DELETE', '/images/busybox');
  const empty = filesKept();
  const outgoing = beginLoad(archive.subarray(0, archive.length - 100_000));
  await until('something is being written', () => filesKept().length > empty.length);
  outgoing.destroy();
  await until('nothing of it is left', () => filesKept().join() === empty.join());
  assert.deepEqual((await daemon.call('GET', '/images/json')).json(), []);
});

test('a client that hangs up while its archive is unpacked does not get the image', async () => {
  const before = filesKept();
  const outgoing = beginLoad(dockerArchive([[makeImage(['\0'.repeat(LONG_BYTES)]), 'long:1']]));
  outgoing.end();
  await until('it is being unpacked', () => readdirSync(join(daemon.dataRoot, 'layers/tmp')).length > 0);
  outgoing.destroy();
  await until('nothing of it is left', () => filesKept().join() === before.join());
  assert.equal((await daemon.call('GET', '/images/long:1/json')).status, 404);
});

test('a daemon that is killed in the middle of a load starts without a trace of it', async () => {
  const empty = filesKept();
  const outgoing = beginLoad(archive.subarray(0, archive.length - 100_000));
  await until('something is being written', () => filesKept().length > empty.length);
  await daemon.kill();
  outgoing.destroy();
  await daemon.start();
  assert.deepEqual(filesKept(), empty);
  const loaded = await daemon.call('POST', '/images/load', {
    body: archive,
    headers: { 'content-type': 'application/x-tar' },
  });
  assert.match(loaded.text(), /Loaded image: busybox:latest/);
  assert.equal(await daemon.skiff(['run', '--rm', 'busybox', 'echo', 'whole']), 'whole\n');
});

test('two loads of one image at the same time both succeed, and keep it once', async () => {
  await daemon.call('DELETE', '/images/busybox');
  const load = () =>
    daemon.call('POST', '/images/load', { body: archive, headers: { 'content-type': 'application/x-tar' } });
  for (const answer of await Promise.all([load(), load()])) assert.match(answer.text(), /Loaded image: busybox/);
  assert.equal(readdirSync(join(daemon.dataRoot, 'content/blobs/sha256')).length, 2);
  assert.equal(await daemon.skiff(['run', '--rm', 'busybox', 'echo', 'once']), 'once\n');
});

test('the default image that was removed does not come back with the next start', async () => {
  await daemon.call('DELETE', '/images/busybox');
  await daemon.stop();
  await daemon.start();
  assert.deepEqual((await daemon.call('GET', '/images/json')).json(), []);
});
