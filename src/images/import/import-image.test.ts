import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { isEngineError } from '../../errors/engine-error.ts';
import { digestOf } from '../../lib/digest.ts';
import { parseReference } from '../../lib/image-reference.ts';
import type { ProgressMessage } from '../../lib/progress.ts';
import { tarOf } from '../testing/image-archive.ts';
import { bytes, imageFixture } from '../testing/image-fixture.ts';
import type { ImportRequest } from './import-image.ts';

const archive = tarOf({ file: 'content' });

function request(changed: Partial<ImportRequest> = {}): ImportRequest {
  return {
    source: '-',
    body: bytes(archive),
    name: undefined,
    message: '',
    platform: undefined,
    changes: [],
    ...changed,
  };
}

/** A server that answers every request so. */
async function serve(t: TestContext, status: number, body: Buffer): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status).end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}/root.tar`;
}

test('an archive becomes an image of one layer with what was asked for it', async (t) => {
  const { images, events } = imageFixture(t);
  const messages: ProgressMessage[] = [];
  const name = parseReference('imported:1');
  const changes = ['LABEL a=b', 'CMD ["x"]'];
  await images.import(request({ name, message: 'why', changes }), (message) => messages.push(message));
  const { document, tags, sizeBytes } = await images.inspect('imported:1');
  assert.deepEqual(messages, [{ status: document.id }]);
  assert.deepEqual(document.diffIds, [digestOf(archive)]);
  assert.deepEqual(document.config, { Labels: { a: 'b' }, Cmd: ['x'] });
  assert.equal(document.comment, 'why');
  assert.deepEqual([tags, sizeBytes], [['imported:1'], 7]);
  assert.deepEqual(
    events.map(({ action, attributes }) => [action, attributes['name'], attributes['a']]),
    [
      ['tag', 'imported:1', 'b'],
      ['import', document.id, 'b'],
    ],
  );
});

test('a broken archive or change leaves nothing', async (t) => {
  const { images, blobs } = imageFixture(t);
  const nowhere = () => undefined;
  await assert.rejects(images.import(request({ changes: ['NOPE x'] }), nowhere), /NOPE is not a valid change command/);
  await assert.rejects(images.import(request({ body: bytes(Buffer.from('junk')) }), nowhere), /invalid tar archive/);
  assert.equal(images.count(), 0);
  assert.deepEqual(await blobs(), []);
});

test('an archive is fetched from a server', async (t) => {
  const { images } = imageFixture(t);
  const source = await serve(t, 200, archive);
  const messages: ProgressMessage[] = [];
  await images.import(request({ source }), (message) => messages.push(message));
  assert.deepEqual(messages[0], { status: `Downloading from http://${source}` });
  const last = messages.at(-1);
  assert.ok(last !== undefined && 'status' in last);
  assert.equal((await images.resolve(last.status)).diffIds[0], digestOf(archive));
});

test('a download that nobody waits for any more ends, and nothing of it stays', async (t) => {
  const { images, blobs } = imageFixture(t);
  const client = new AbortController();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const server = createServer((_, response) => {
    response.on('close', end);
    response.write(archive.subarray(0, 600));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const source = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const report = () => client.abort(new Error('left'));
  await assert.rejects(images.import(request({ source, signal: client.signal }), report));
  await ended;
  assert.equal(images.count(), 0);
  assert.deepEqual(await blobs(), []);
});

test('a server that has no archive, and a URL that is none, are said to be so', async (t) => {
  const { images } = imageFixture(t);
  const source = await serve(t, 404, Buffer.from('nothing here'));
  await assert.rejects(
    images.import(request({ source }), () => undefined),
    (error) => isEngineError(error, 'not_found') && error.message.endsWith('with status 404 Not Found: nothing here'),
  );
  await assert.rejects(
    images.import(request({ source: 'ftp://x/y' }), () => undefined),
    (error) =>
      isEngineError(error, 'internal') && error.message === 'Get "ftp://x/y": unsupported protocol scheme "ftp"',
  );
});
