import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, contextOf, folderOf, shell, tryBuild } from '../../support/builds.ts';
import { runCommand } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { slowness } from '../../support/until.ts';

const skiff = fileURLToPath(new URL('../../../bin/skiff', import.meta.url));
let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const PLAIN = 'FROM busybox\nCOPY . /all/\n';

test('archives that are none, are cut short, or would leave their root', async () => {
  const whole = contextOf({ Dockerfile: PLAIN, a: 'a'.repeat(5000) });
  const cases: [archive: Buffer, complaint: RegExp][] = [
    [Buffer.from('this is no archive'.repeat(100)), /invalid tar archive/],
    [whole.subarray(0, 3000), /invalid tar archive: unexpected end/],
    [gzipSync(whole).subarray(0, 60), /damaged/],
    [contextOf({ Dockerfile: PLAIN, '../out': 'x' }), /would leave the layer/],
    [contextOf({ Dockerfile: PLAIN, l: { link: '/tmp' }, 'l/x': 'x' }), /"l" is not a directory/],
    [contextOf({ Dockerfile: PLAIN, h: { type: 'hardlink' } }), /hard link/],
    [Buffer.alloc(0), /Cannot locate specified Dockerfile/],
  ];
  for (const [archive, complaint] of cases) {
    const { error } = await tryBuild(daemon, archive);
    assert.match(error ?? '', complaint);
  }
});

test('the device that hides files of layers below cannot be copied', async () => {
  const hiding = { type: 'character', device: { major: 0, minor: 0 } } as const;
  const files = { 'dir/busybox': hiding, 'in.tgz': gzipSync(contextOf({ 'bin/busybox': hiding })) };
  for (const step of ['COPY dir /bin/', 'COPY --link dir /bin/', 'ADD in.tgz /', 'ADD --link in.tgz /']) {
    const { error } = await tryBuild(daemon, { ...files, Dockerfile: `FROM busybox\n${step}\n` });
    assert.match(error ?? '', /cannot copy (dir|bin)\/busybox: no layer can hold the character device 0:0/, step);
  }
});

test('absolute names mean the root of the context', async () => {
  await build(daemon, { '/Dockerfile': PLAIN, '//abs//x': 'x' }, { t: 'absolute' });
  assert.equal(await shell(daemon, 'absolute', 'cat /all/abs/x'), 'x');
});

test('a large archive is refused as a small one is', async () => {
  const large = Buffer.alloc(6_000_000, 'x');
  const { error } = await tryBuild(daemon, contextOf({ large, '../out': 'x', Dockerfile: PLAIN }));
  assert.match(error ?? '', /would leave the layer/);
  await build(daemon, contextOf({ large, Dockerfile: PLAIN }), { t: 'large' });
  assert.equal(await shell(daemon, 'large', 'wc -c < /all/large'), '6000000\n');
});

test('Dockerfiles that are huge, no text, empty, or from elsewhere', async () => {
  const huge = `FROM busybox\n${`# ${'x'.repeat(1000)}\n`.repeat(10_000)}ENV A=b\n`;
  assert.match((await tryBuild(daemon, { Dockerfile: huge })).error ?? '', /a Dockerfile may have at most 4 MiB/);
  const lines = await tryBuild(daemon, { Dockerfile: `FROM busybox\nRUN true ${'\\\n a '.repeat(200_000)}\n` });
  assert.ok(lines.error !== undefined || lines.imageId !== '');
  const binary = await tryBuild(daemon, { Dockerfile: Buffer.from([0xff, 0xfe, 0, 1, 2, 3, 0x80, 10]) });
  assert.equal(binary.status, 400);
  const empty = await tryBuild(daemon, { Dockerfile: '' });
  assert.match(empty.error ?? '', /the Dockerfile cannot be empty|file with no instructions/);
  const outside = await tryBuild(daemon, { Dockerfile: PLAIN }, { dockerfile: '../Dockerfile' });
  assert.match(outside.error ?? '', /^forbidden path outside the build context: \.\.\/Dockerfile \(\)$/);
  const windows = await build(daemon, { Dockerfile: '\ufeffFROM busybox\r\nRUN echo \\\r\n crlf\r\n' });
  assert.match(windows.output, /crlf\n/);
});

test('parameters that are none, in the words and with the statuses of Docker', async () => {
  const wrong: [query: Record<string, string>, status: number, complaint: string][] = [
    [{ t: 'UPPER' }, 400, 'invalid reference format: repository name (library/UPPER) must be lowercase'],
    [{ buildargs: '{' }, 400, 'error reading build args: unexpected end of JSON input'],
    [
      { buildargs: '["a"]' },
      400,
      'error reading build args: json: cannot unmarshal array into Go value of type map[string]*string',
    ],
    [{ labels: '[' }, 400, 'error reading labels: unexpected end of JSON input'],
    [{ cachefrom: 'x' }, 400, "error reading cache-from: invalid character 'x' looking for beginning of value"],
    [{ shmsize: 'x' }, 500, 'strconv.ParseInt: parsing "x": invalid syntax'],
    [{ isolation: 'hyperv' }, 400, 'unsupported isolation: "hyperv"'],
    [{ version: '3' }, 400, 'invalid version "3"'],
    [{ platform: 'foo' }, 400, '"foo": unknown operating system or architecture: invalid argument'],
    [{ secrets: 'unknown' }, 400, 'the secrets of this build are not here any more: send them again'],
    [
      { version: '2', remote: 'client-session' },
      400,
      'sessions of BuildKit are not supported: build with DOCKER_BUILDKIT=0, or with skiff build',
    ],
    [{ remote: 'file:///etc/passwd' }, 400, 'remote context "file:///etc/passwd" is neither a URL nor a repository'],
  ];
  for (const [query, wanted, complaint] of wrong) {
    const { status, error } = await tryBuild(daemon, { Dockerfile: PLAIN }, query);
    assert.deepEqual([status, error], [wanted, complaint], JSON.stringify(query));
  }
});

test('a context that changes while it is sent is an error, and the next build is not', async () => {
  const folder = folderOf({ Dockerfile: PLAIN });
  const path = join(folder.path, 'shrinking');
  writeFileSync(path, '');
  truncateSync(path, 400_000_000);
  // It takes nothing more until the file is short.
  const taker = createServer((incoming, response) => {
    if (incoming.url?.endsWith('/_ping') === true) return void response.end('OK');
    incoming.once('data', () => {
      truncateSync(path, 10);
      incoming.on('error', () => undefined).resume();
    });
  });
  const socket = join(daemon.root, 'taker.sock');
  taker.listen(socket);
  await once(taker, 'listening');
  const { status, stderr } = await runCommand(skiff, ['-H', `unix://${socket}`, 'build', folder.path]);
  assert.equal(status, 1);
  assert.match(stderr, /^\/.*\/shrinking got shorter while it was sent\n$/);
  taker.closeAllConnections();
  taker.close();
  appendFileSync(path, 'x');
  await daemon.skiff(['build', '-q', folder.path]);
  folder.remove();
});

test('names as long as names can be, and longer', async () => {
  const deep = (levels: number) => `${'d/'.repeat(levels)}end`;
  const files = { Dockerfile: PLAIN, ['n'.repeat(255)]: 'long', [deep(300)]: 'deep' };
  await build(daemon, files, { t: 'long' });
  assert.equal(
    await shell(daemon, 'long', 'cat /all/nnn*; find /all -name end | wc -c'),
    `long${'/all/'.length + 300 * 2 + 4}\n`,
  );
  for (const name of ['n'.repeat(256), deep(2047), deep(4000)]) {
    const { status, error } = await tryBuild(daemon, { Dockerfile: PLAIN, [name]: 'x' });
    assert.equal(status, 400);
    assert.match(error ?? '', /file name too long/);
  }
});

test('folders in folders, as many as an archive may name, cost no more than their length', async () => {
  const names = [...Array(4000).keys()].map((levels) => [`${'d/'.repeat(levels)}d/`, ''] as const);
  const begun = performance.now();
  const { error } = await tryBuild(daemon, { Dockerfile: PLAIN, ...Object.fromEntries(names) });
  assert.match(error ?? '', /file name too long/);
  assert.ok(performance.now() - begun < 10_000 * slowness);
});

test('no more steps make layers than can lie on one another, as with Docker', async () => {
  const copies = (count: number, flag = '') =>
    [...Array(count).keys()].map((n) => `COPY ${flag} Dockerfile /${n}\n`).join('');
  assert.equal((await tryBuild(daemon, { Dockerfile: `FROM busybox\n${copies(124)}` })).error, undefined);
  for (const flag of ['', '--link']) {
    const { error } = await tryBuild(daemon, { Dockerfile: `FROM busybox\n${copies(125, flag)}` });
    assert.match(error ?? '', /max depth exceeded/, flag);
  }
});
