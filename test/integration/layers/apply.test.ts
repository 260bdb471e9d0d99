import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { isEngineError } from '../../../src/errors/engine-error.ts';
import { MAX_DEPTH } from '../../../src/layers/layer-store.ts';
import type { ChainId, DiffId } from '../../../src/lib/digest.ts';
import { chainIdOf, digestOf } from '../../../src/lib/digest.ts';
import { archiveOf, paxEntry, rawEntry } from '../../../src/lib/tar/testing/raw-archive.ts';
import { LayerRecords } from '../../../src/state/layers.ts';
import { LinuxSyscalls } from '../../../src/sys/linux.ts';
import { BASE_NAMES, describeTree, layerFixture, leftIn, once, run } from './layer-fixture.ts';

/** So many take longer than it takes to be told that they have begun. */
const ZEROS_BYTES = 200_000_000;

/** Everything that a layer can hold, but for names that only some formats can say. */
const TREE = `
  mkdir -p dir/sub empty 'with space'
  echo hello > dir/file
  ln dir/file dir/sub/hard
  ln -s ../file dir/sub/soft
  ln -s /nowhere/at/all dangling
  ln dangling hard-to-link
  mknod null c 1 3; mknod disk b 259 70000; mkfifo pipe
  printf x > setuid; chown 1000:2000 setuid; chmod 6755 setuid
  chown -h 7:8 dangling; chmod 1777 empty; chmod 0 dir/file
  truncate -s 10M sparse; printf middle | dd of=sparse bs=1 seek=5000000 conv=notrunc status=none
  truncate -s 3M holes-only
  printf x > 'naïve'; printf x > "$(printf 'latin\\351')"
  find . -exec touch -h -d '2020-02-02 02:02:02' {} +
  touch -d '2001-02-03 04:05:06' dir/sub; touch -h -d '1999-01-01 00:00:00' dir/sub/soft
  touch -d '1970-01-01 00:00:00' pipe`;
const LONG = `
  long=$(printf '%0255d' 7)
  mkdir -p "$long/$long" && printf deep > "$long/$long/$long"
  ln -s "$long/$long/$long" long-link; ln "$long/$long/$long" hard-long
  find . -newermt '2020-02-03' -exec touch -h -d '2020-02-02 02:02:02' {} +`;
const FINE_TIMES = `
  touch -d '2001-02-03 04:05:06.123456789' dir dir/file; touch -h -d '1960-05-05 05:05:05.000000001' dangling`;

function setAttributes(tree: string): void {
  const sys = new LinuxSyscalls();
  sys.setXattr(join(tree, 'dir/sub'), 'user.text', Buffer.from('text'));
  sys.setXattr(join(tree, 'setuid'), 'user.bytes', Buffer.from('00ff0a3d00fe', 'hex'));
  sys.setXattr(join(tree, 'setuid'), 'security.capability', Buffer.from(`0100000200040000${'00'.repeat(12)}`, 'hex'));
  sys.setXattr(join(tree, 'null'), 'trusted.note', Buffer.from('kept'));
}

const FORMATS = [
  { name: 'ustar', make: TREE, flags: ['--format=ustar'] },
  { name: 'the GNU format', make: TREE + LONG, flags: ['--format=gnu'] },
  { name: 'the old GNU format', make: TREE, flags: ['--format=oldgnu', '-S'] },
  { name: 'the GNU format with sparse files', make: TREE + LONG, flags: ['--format=gnu', '-S'] },
  ...['0.0', '0.1', '1.0'].map((version) => ({
    name: `PAX with attributes and sparse files ${version}`,
    make: TREE + LONG + FINE_TIMES,
    flags: ['--format=pax', '-S', `--sparse-version=${version}`, '--xattrs', '--xattrs-include=*'],
  })),
];

for (const { name, make, flags } of FORMATS) {
  test(`a tree that GNU tar packed in ${name} is unpacked as it was`, async (t) => {
    const fixture = layerFixture(t);
    const tree = join(fixture.scratch, 'tree');
    mkdirSync(tree);
    run('sh', ['-ec', make], { cwd: tree });
    if (flags.includes('--xattrs')) setAttributes(tree);
    const tar = run('tar', ['c', ...flags, '-C', tree, '.']);
    const layer = await fixture.apply(tar);
    assert.equal(layer.diffId, digestOf(tar));
    const { path } = await fixture.mount(layer.chainId);
    assert.equal(describeTree(path), describeTree(tree));
    if (flags.includes('-S')) {
      assert.ok(statSync(join(path, 'sparse')).blocks < 100, 'holes stay holes');
      assert.equal(statSync(join(path, 'holes-only')).blocks, 0);
    }
  });
}

test('gzip, zstd and plain tars of one layer are one layer, with the diff ID of the plain one', async (t) => {
  const fixture = layerFixture(t);
  const tar = archiveOf(rawEntry({ name: 'file' }, 'content'.repeat(1000)));
  const twice = Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))]);
  const found = [];
  for (const blob of [gzipSync(tar), zstdCompressSync(tar), tar, twice]) found.push(await fixture.apply(blob));
  assert.deepEqual(
    found.map(({ diffId }) => diffId),
    [digestOf(tar), digestOf(tar), digestOf(tar), digestOf(tar)],
  );
  assert.equal(found[0]?.mediaType, 'application/vnd.oci.image.layer.v1.tar+gzip');
  assert.equal((await leftIn(fixture)).length, 1);
  const chunks = await Array.fromAsync(fixture.store.exportTar(found[0]?.chainId ?? assert.fail()));
  assert.deepEqual(Buffer.concat(chunks), tar);
});

test('a layer that nobody wants any more is not unpacked to its end, and one that somebody wants is', async (t) => {
  const fixture = layerFixture(t);
  const tar = archiveOf(rawEntry({ name: 'zeros' }, '\0'.repeat(ZEROS_BYTES)));
  const diffId = digestOf(tar) as DiffId;
  const { digest: blob } = await fixture.content.ingest(once(gzipSync(tar, { level: 0 })));
  const clients = [new AbortController(), new AbortController()] as const;
  const { promise: begun, resolve: onProgress } = Promise.withResolvers<unknown>();
  const request = { parent: undefined, blob, diffId, onProgress };
  const both = clients.map(({ signal }) => fixture.store.apply({ ...request, signal }));
  await begun;
  clients[0].abort(new Error('the first left'));
  await assert.rejects(both[0] ?? Promise.resolve(), /the first left/);
  clients[1].abort(new Error('the second left'));
  await assert.rejects(both[1] ?? Promise.resolve(), /the second left/);
  assert.throws(() => fixture.store.get(chainIdOf(undefined, diffId)), { kind: 'not_found' });
  assert.deepEqual(await leftIn(fixture), []);

  const [left, stays] = [new AbortController(), new AbortController()];
  const again = Promise.withResolvers<unknown>();
  const leaving = fixture.store.apply({ ...request, onProgress: again.resolve, signal: left.signal });
  const staying = fixture.store.apply({ ...request, signal: stays.signal });
  await again.promise;
  left.abort(new Error('left'));
  await assert.rejects(leaving, /left/);
  assert.equal((await staying).sizeBytes, ZEROS_BYTES);
});

test('a layer that is applied many times at once is unpacked once, and its children need not wait for it', async (t) => {
  const fixture = layerFixture(t);
  const tars = ['lower', 'upper'].map((name) => archiveOf(rawEntry({ name }, name)));
  const [lower = assert.fail(), upper = assert.fail()] = tars;
  const lowerId = digestOf(lower) as DiffId;
  const [first, ...others] = await Promise.all([
    fixture.apply(lower, undefined, lowerId),
    fixture.apply(lower, undefined, lowerId),
    fixture.apply(lower),
    fixture.apply(lower),
  ]);
  for (const other of others) assert.deepEqual(other, first);
  const child = await fixture.apply(upper, first?.chainId, digestOf(upper) as DiffId);
  assert.equal(child.parent, first?.chainId);
  assert.equal((await leftIn(fixture)).length, 2);
});

test('no layer is put on as many as can lie on one another', async (t) => {
  const fixture = layerFixture(t);
  const records = new LayerRecords(fixture.database);
  const base = { blob: digestOf('none'), mediaType: 'tar', sizeBytes: 0 };
  let top: ChainId | undefined;
  for (let n = 0; n < MAX_DEPTH; n++) {
    const diffId = digestOf(`${n}`) as DiffId;
    const chainId = chainIdOf(top, diffId);
    records.insert({ ...base, chainId, parent: top, diffId, directory: `none${n}` });
    top = chainId;
  }
  await assert.rejects(fixture.apply(archiveOf(rawEntry({ name: 'x' })), top), /^EngineError: max depth exceeded$/);
  records.release(top ?? assert.fail(), () => false);
});

test('a size counts files of several names once, and what was replaced not at all', async (t) => {
  const fixture = layerFixture(t);
  const tar = archiveOf(
    rawEntry({ name: 'a' }, 'x'.repeat(100)),
    rawEntry({ name: 'b', type: '1', link: 'a' }),
    rawEntry({ name: 'c', type: '2', link: '12345' }),
    rawEntry({ name: 'd' }, 'y'.repeat(1000)),
    rawEntry({ name: 'd' }, 'z'),
  );
  assert.equal((await fixture.apply(tar)).sizeBytes, 106);
  assert.equal((await fixture.apply(tar.subarray(0, 2048))).sizeBytes, 105);
});

test('in one archive a file may become a directory, and a directory a file', async (t) => {
  const fixture = layerFixture(t);
  const layer = await fixture.apply(
    archiveOf(
      rawEntry({ name: 'a' }, 'file'),
      rawEntry({ name: 'a/', type: '5' }),
      rawEntry({ name: 'a/inside' }, 'in'),
      rawEntry({ name: 'b/', type: '5' }),
      rawEntry({ name: 'b/deep/er/inside' }, 'in'),
      rawEntry({ name: 'b' }, 'file'),
    ),
  );
  const { path } = await fixture.mount(layer.chainId);
  assert.equal(readFileSync(join(path, 'a/inside'), 'utf8'), 'in');
  assert.equal(readFileSync(join(path, 'b'), 'utf8'), 'file');
});

test('missing parents are made, absolute names and ./ mean the root, and links inside the layer are followed', async (t) => {
  const fixture = layerFixture(t);
  const layer = await fixture.apply(
    archiveOf(
      rawEntry({ name: './', type: '5' }),
      rawEntry({ name: 'no/such/parent' }, '1'),
      rawEntry({ name: '/absolute' }, '2'),
      rawEntry({ name: './dotted/../plain' }, '3'),
      rawEntry({ name: 'usr/lib/', type: '5' }),
      rawEntry({ name: 'lib', type: '2', link: 'usr/lib' }),
      rawEntry({ name: 'lib/relative' }, '4'),
      rawEntry({ name: 'lib64', type: '2', link: '/usr/lib' }),
      rawEntry({ name: 'lib64/rooted' }, '5'),
    ),
  );
  const { path } = await fixture.mount(layer.chainId);
  const files = ['no/such/parent', 'absolute', 'plain', 'usr/lib/relative', 'usr/lib/rooted'];
  for (const [index, name] of files.entries()) assert.equal(readFileSync(join(path, name), 'utf8'), String(index + 1));
  assert.equal(lstatSync(join(path, 'lib')).isSymbolicLink(), true);
});

test('whiteouts hide what is below, and only that; an opaque directory hides all that is below it', async (t) => {
  const fixture = layerFixture(t);
  const lower = await fixture.apply(
    archiveOf(
      ...['gone', 'kept', 'dir/old', 'opaque/old', 'again/old', 'both', 'late/old'].map((name) =>
        rawEntry({ name }, 'lower'),
      ),
    ),
  );
  const upper = await fixture.apply(
    archiveOf(
      rawEntry({ name: '.wh.gone' }),
      rawEntry({ name: 'dir/.wh.old' }),
      rawEntry({ name: 'opaque/new' }, 'upper'),
      rawEntry({ name: 'opaque/.wh..wh..opq' }),
      rawEntry({ name: '.wh.again' }),
      rawEntry({ name: 'again/', type: '5' }),
      rawEntry({ name: 'again/new' }, 'upper'),
      rawEntry({ name: 'both' }, 'upper'),
      rawEntry({ name: '.wh.both' }),
      rawEntry({ name: 'late/new' }, 'upper'),
      rawEntry({ name: '.wh.late' }),
      rawEntry({ name: '.wh..wh.plnk' }),
    ),
    lower.chainId,
  );
  const { path } = await fixture.mount(upper.chainId);
  const list = (name: string) => readdirSync(join(path, name)).sort();
  assert.deepEqual(list('.'), [...BASE_NAMES, 'again', 'both', 'dir', 'kept', 'late', 'opaque'].sort());
  assert.deepEqual([list('dir'), list('opaque'), list('again'), list('late')], [[], ['new'], ['new'], ['new']]);
  assert.equal(readFileSync(join(path, 'both'), 'utf8'), 'upper');
});

test("an archive cannot speak overlayfs's own language", async (t) => {
  const fixture = layerFixture(t);
  const lower = await fixture.apply(archiveOf(rawEntry({ name: 'dir/secret' }, 'lower')));
  const upper = await fixture.apply(
    archiveOf(
      paxEntry({ 'SCHILY.xattr.trusted.overlay.opaque': 'y' }),
      rawEntry({ name: 'dir/', type: '5' }),
      paxEntry({ 'SCHILY.xattr.trusted.overlay.redirect': '/dir' }),
      rawEntry({ name: 'other/', type: '5' }),
    ),
    lower.chainId,
  );
  const { path } = await fixture.mount(upper.chainId);
  assert.deepEqual(readdirSync(join(path, 'dir')), ['secret']);
  assert.deepEqual(readdirSync(join(path, 'other')), []);
});

test('a layer that is not what its diff ID says is refused, and a parent must be there', async (t) => {
  const fixture = layerFixture(t);
  const tar = archiveOf(rawEntry({ name: 'a' }, 'x'));
  const wrong = digestOf('something else') as DiffId;
  await assert.rejects(
    fixture.apply(tar, undefined, wrong),
    (error) => isEngineError(error, 'invalid_argument') && /does not match its diff ID/.test(error.message),
  );
  assert.deepEqual(await leftIn(fixture), []);
  const missing = (await fixture.apply(tar)).chainId;
  await fixture.store.release(missing);
  await assert.rejects(fixture.apply(archiveOf(), missing), (error) => isEngineError(error, 'not_found'));
});
