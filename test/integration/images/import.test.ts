import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { tarOf } from '../../support/tar.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const program = tarOf('busybox', readFileSync('/bin/busybox'));

test('a root file system becomes an image that runs, plain and compressed', async () => {
  const changes = ['ENTRYPOINT ["/busybox"]', 'ENV GREETING=hello'].map(
    (change) => `changes=${encodeURIComponent(change)}`,
  );
  for (const [tag, body] of [
    ['plain', program],
    ['gzip', gzipSync(program)],
    ['zstd', zstdCompressSync(program)],
  ] as const) {
    const path = `/images/create?fromSrc=-&repo=imported&tag=${tag}&${changes.join('&')}`;
    const answer = await daemon.call('POST', path, { body, headers: { 'content-type': 'application/x-tar' } });
    assert.match(answer.text(), /^\{"status":"sha256:[0-9a-f]{64}"\}\r\n$/);
    const output = await daemon.skiff(['run', '--rm', `imported:${tag}`, 'sh', '-c', 'echo $GREETING']);
    assert.equal(output, 'hello\n');
  }
});

test('an archive that would leave the layer is refused with the name of its entry', async () => {
  const { body } = await daemon.call('GET', '/images/json');
  const hostile = tarOf('../../escape', Buffer.from('x'));
  const answer = await daemon.call('POST', '/images/create?fromSrc=-', {
    body: hostile,
    headers: { 'content-type': 'application/x-tar' },
  });
  assert.equal(answer.status, 400);
  assert.match(answer.json<{ message: string }>().message, /"\.\.\/\.\.\/escape": it would leave the layer/);
  assert.ok((await daemon.call('GET', '/images/json')).body.equals(body));
});
