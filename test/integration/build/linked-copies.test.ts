import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build, type ContextFile, contextOf, shell, tryBuild } from '../../support/builds.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

type Files = Readonly<Record<string, ContextFile>>;
const FILES: Files = { a: 'a', 'dir/': { mode: 0o711 }, 'dir/sub/': { mode: 0o700 }, 'dir/sub/y': 'y' };

async function layersOf(image: string): Promise<string[]> {
  return (await daemon.call('GET', `/images/${image}/json`)).json<{ RootFS: { Layers: string[] } }>().RootFS.Layers;
}

interface CacheEntry {
  readonly Description: string;
}

/** Where layers are unpacked; the number of them says whether one was made. */
function directories(): string[] {
  return readdirSync(join(daemon.dataRoot, 'layers/l')).toSorted();
}

async function base(name: string): Promise<void> {
  await build(daemon, { Dockerfile: `FROM busybox\nRUN echo ${name} > /which\n` }, { t: name });
}

const onto = (image: string, rest: string, files = FILES): Files => ({
  ...files,
  Dockerfile: `FROM ${image}\n${rest}\n`,
});

async function linkOnto(image: string, query: Readonly<Record<string, string>> = {}): Promise<string> {
  const { output } = await build(daemon, onto(image, 'COPY --link a dir /in/'), { t: `${image}-on`, ...query });
  return output;
}

test('on another base a linked copy is in the cache, and its layer is the same one', async () => {
  await base('one');
  await base('two');
  const first = await linkOnto('one');
  assert.doesNotMatch(first, /Using cache/);
  const made = directories();
  const second = await linkOnto('two');
  assert.match(second, /COPY --link a dir \/in\/\n ---> Using cache/);
  assert.deepEqual(directories(), made, 'no layer was made');
  const [one, two] = await Promise.all([layersOf('one-on'), layersOf('two-on')]);
  assert.equal(two.at(-1), one.at(-1));
  assert.notEqual(two.at(-2), one.at(-2));
  for (const name of ['one', 'two']) {
    assert.equal(await shell(daemon, `${name}-on`, 'cat /which /in/a /in/sub/y'), `${name}\nay`);
  }
});

test('its cache outlives the daemon and a base that goes, and the files stay as long as any image has them', async () => {
  await linkOnto('one');
  await daemon.kill();
  await daemon.start();
  await base('three');
  const made = directories();
  assert.match(await linkOnto('three'), /Using cache/);
  assert.deepEqual(directories(), made);
  await daemon.call('POST', '/build/prune?all=1');
  for (const name of ['one-on', 'one', 'two-on', 'two']) await daemon.call('DELETE', `/images/${name}?force=1`);
  assert.equal(await shell(daemon, 'three-on', 'cat /which /in/a'), 'three\na');
  await daemon.stop();
  await daemon.start();
  assert.equal(await shell(daemon, 'three-on', 'cat /which /in/a'), 'three\na');
  for (const name of ['three-on', 'three']) await daemon.call('DELETE', `/images/${name}?force=1`);
  await daemon.call('POST', '/build/prune?all=1');
  await until('the files are off the disk', () => directories().length === 2);
});

test('pruning leaves what an image has, under whichever base', async () => {
  await base('one');
  await linkOnto('one');
  await base('two');
  await linkOnto('two');
  await daemon.call('DELETE', '/images/one-on?force=1');
  const pruned = (await daemon.call('POST', '/build/prune')).json<{ SpaceReclaimed: number }>();
  assert.equal(pruned.SpaceReclaimed, 0, 'nothing that an image does not have');
  await base('three');
  assert.match(await linkOnto('three'), /Using cache/);
});

test('an image brings its linked copies to another base, by --cache-from', async () => {
  await base('one');
  const query = { buildargs: JSON.stringify({ BUILDKIT_INLINE_CACHE: '1' }), t: 'carrier' };
  const steps = 'COPY --link nothing* /none/\nCOPY --link dir /d\nRUN echo x > /x\nCOPY --link a /late';
  await build(daemon, onto('one', steps), query);
  await daemon.call('POST', '/build/prune?all=1');
  await base('two');
  const made = directories();
  const { output } = await build(daemon, onto('two', steps), { cachefrom: JSON.stringify(['carrier']), t: 'moved' });
  assert.match(output, /COPY --link dir \/d\n ---> Using cache/);
  assert.match(output, /RUN echo x > \/x\n ---> Running/);
  assert.match(output, /COPY --link a \/late\n ---> Using cache/);
  assert.equal(directories().length, made.length + 1, 'the command alone was run again');
  assert.equal(await shell(daemon, 'moved', 'cat /which /d/sub/y /x /late; test ! -e /none'), 'two\nyx\na');
  const [there, here] = await Promise.all([layersOf('carrier'), layersOf('moved')]);
  assert.deepEqual([here.at(-1), here.at(-3)], [there.at(-1), there.at(-3)]);
});

test('so it does on another host', async () => {
  await base('one');
  const query = { buildargs: JSON.stringify({ BUILDKIT_INLINE_CACHE: '1' }), t: 'carrier' };
  await build(daemon, onto('one', 'COPY --link dir /d'), query);
  const archive = await daemon.call('GET', '/images/carrier/get');
  const other = await startDaemon();
  const headers = { 'content-type': 'application/x-tar' };
  await other.call('POST', '/images/load', { body: archive.body, headers });
  const cached = { cachefrom: JSON.stringify(['carrier']), t: 'moved' };
  const { output } = await build(other, onto('busybox', 'RUN echo other > /which\nCOPY --link dir /d'), cached);
  assert.match(output, /COPY --link dir \/d\n ---> Using cache/);
  assert.equal(await shell(other, 'moved', 'cat /which /d/sub/y'), 'other\ny');
  await other.close();
});

test('it does not wait for the command before it, which calls it off by failing', async () => {
  const hangUp = new AbortController();
  const waiting = onto('busybox', 'RUN exec sleep 986\nCOPY --link a /early/');
  const building = tryBuild(daemon, waiting, {}, { signal: hangUp.signal }).catch(() => 'hung up');
  const isMade = async () => {
    const { BuildCache } = (await daemon.call('GET', '/system/df?type=build-cache')).json<{
      BuildCache: CacheEntry[];
    }>();
    return BuildCache.some(({ Description }) => Description === 'COPY --link a /early/');
  };
  await until('the copy is made', isMade);
  hangUp.abort();
  assert.equal(await building, 'hung up');
  const missing = 'COPY --link --from=busybox /missing /m';
  const late = await tryBuild(daemon, onto('busybox', `RUN echo said\n${missing}`));
  assert.match(late.output, /Step 2\/3 : RUN echo said\n.*said\n/s);
  assert.match(late.error ?? '', /COPY failed: file not found in source.*\n.*--link/s);
  assert.equal((await tryBuild(daemon, onto('busybox', `RUN exit 3\n${missing}`))).exitCode, 3);
});

test('two builds at once on two bases make one layer', async () => {
  await base('one');
  await base('two');
  const made = directories();
  const large: Files = { ...FILES, large: Buffer.alloc(4_000_000, 'x') };
  const copies = ['one', 'two'].map((name) =>
    build(daemon, onto(name, 'COPY --link large dir /files/', large), { t: `${name}-large` }),
  );
  await Promise.all(copies);
  assert.equal(directories().length, made.length + 1);
  const [one, two] = await Promise.all([layersOf('one-large'), layersOf('two-large')]);
  assert.equal(two.at(-1), one.at(-1));
});

test('SIGKILL between the copy and its place on the base costs nothing but that', async () => {
  await base('one');
  const { imageId } = await build(daemon, onto('one', 'COPY --link a /killed/'), { t: 'killed' });
  await daemon.stop();
  // As it is found when the daemon was killed right after the copy: neither the image nor the layer on its base is there.
  const state = new DatabaseSync(join(daemon.dataRoot, 'state.db'));
  const top = state.prepare('SELECT top_chain_id AS id FROM images WHERE id = ?').get(imageId)?.['id'] ?? null;
  state.prepare('DELETE FROM image_names WHERE image_id = ?').run(imageId);
  state.prepare('DELETE FROM images WHERE id = ?').run(imageId);
  state.prepare('DELETE FROM build_cache WHERE chain_id = ?').run(top);
  state.prepare('DELETE FROM unsynced_layers WHERE chain_id = ?').run(top);
  state.prepare('DELETE FROM layers WHERE chain_id = ?').run(top);
  state.close();
  await daemon.start();
  const made = directories();
  const again = await build(daemon, onto('one', 'COPY --link a /killed/'), { t: 'killed' });
  assert.match(again.output, /Using cache/);
  assert.equal(again.imageId, imageId);
  assert.deepEqual(directories(), made);
});

test('what is copied is linked over what the layers below have', async () => {
  const dockerfile = [
    'RUN mkdir -m 777 /d && chown 5:6 /d && echo old > /d/old && mkdir /real && ln -s real /alias && mkdir /dir',
    'COPY --link a /d/a',
    'COPY --link a /alias/a',
    'COPY --link a /dir',
    'COPY --link --chown=7 a /owned/by/',
  ];
  await build(daemon, onto('busybox', dockerfile.join('\n')), { t: 'over' });
  assert.equal(
    await shell(
      daemon,
      'over',
      'stat -c "%n %F %a %u:%g" /d /d/* /alias /alias/* /real /dir /owned /owned/by/a; ls /real',
    ),
    `/d directory 755 0:0
/d/a regular file 644 0:0
/d/old regular file 644 0:0
/alias directory 755 0:0
/alias/a regular file 644 0:0
/real directory 755 0:0
/dir regular file 644 0:0
/owned directory 755 7:7
/owned/by/a regular file 644 7:7
`,
  );
});

test('a linked copy may be in an image twice, and what was removed in between is there again', async () => {
  const steps = 'COPY --link a /w/a\nRUN rm /w/a && echo b > /w/b\nCOPY --link a /w/a\nRUN cat /w/a /w/b';
  const { output } = await build(daemon, onto('busybox', steps), { t: 'twice' });
  assert.match(output, /ab\n/);
  const layers = await layersOf('twice');
  assert.equal(layers.at(-1), layers.at(-3));
  assert.equal(await shell(daemon, 'twice', 'cat /w/a /w/b'), 'ab\n');
});

test('archives are unpacked, and nothing below counts, not even the files that containers are mounted on', async () => {
  const archive = gzipSync(contextOf({ 'etc/hosts': 'hosts', 'bin/': { mode: 0o700 }, 'bin/x': 'x' }));
  await build(daemon, { ...onto('busybox', 'ADD --link in.tgz /'), 'in.tgz': archive }, { t: 'unpacked' });
  const diff = await daemon.skiff(['run', '--rm', 'unpacked', 'stat', '-c', '%a', '/bin', '/etc']);
  assert.equal(diff, '700\n755\n');
  assert.equal(await shell(daemon, 'unpacked', 'ls /bin/x /bin/sh'), '/bin/sh\n/bin/x\n');
});

test('with modes or names of owners it is a copy like any other', async () => {
  const dockerfile = [
    'RUN ln -s home /alias; mkdir -p /etc; echo "me:x:7:9::/:/bin/sh" >> /etc/passwd',
    'COPY --link --chmod=600 a /alias/a',
    'COPY --link --chown=me a /alias/b',
  ];
  await build(daemon, onto('busybox', dockerfile.join('\n')), { t: 'unlinked' });
  assert.equal(
    await shell(daemon, 'unlinked', 'stat -c "%n %a %u:%g" /home/a /home/b'),
    '/home/a 600 0:0\n/home/b 644 7:9\n',
  );
});
