import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { build, type ContextFile, shell, tryBuild } from '../../support/builds.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const DOCKERFILE = 'FROM busybox\nCOPY a dir /in/\nRUN cat /proc/sys/kernel/random/uuid > /when\n';
const FILES: Readonly<Record<string, ContextFile>> = { Dockerfile: DOCKERFILE, a: 'a', 'dir/b': 'b' };

async function whenOf(
  files: Readonly<Record<string, ContextFile>>,
  query: Record<string, string> = {},
): Promise<string> {
  const { imageId } = await build(daemon, files, query);
  return shell(daemon, imageId, 'cat /when');
}

test('times, names of builds and files that are not copied change nothing', async () => {
  const first = await whenOf(FILES);
  const touched = { content: 'a', mtime: { seconds: 1_700_000_000, nanoseconds: 5 } };
  assert.equal(await whenOf({ ...FILES, a: touched }), first);
  assert.equal(await whenOf({ ...FILES, unused: 'x' }, { t: 'other' }), first);
  assert.equal(
    await whenOf({ ...FILES, a: { content: 'a', uid: 5, gid: 6 } }),
    first,
    'owners of a context do not count',
  );
});

test('content, names, modes and links count', async () => {
  const first = await whenOf(FILES);
  const variants: Readonly<Record<string, Readonly<Record<string, ContextFile>>>> = {
    content: { ...FILES, a: 'A' },
    deep: { ...FILES, 'dir/b': 'B' },
    mode: { ...FILES, a: { content: 'a', mode: 0o600 } },
    added: { ...FILES, 'dir/c': '' },
    folder: { ...FILES, 'dir/e/': {} },
    kind: { ...FILES, 'dir/b': { link: 'x' } },
  };
  for (const [name, files] of Object.entries(variants)) assert.notEqual(await whenOf(files), first, name);
  assert.equal(await whenOf(FILES), first, 'what was there before still is');
});

test('arguments count where they are used, and proxies never', async () => {
  const dockerfile = { Dockerfile: 'FROM busybox\nARG A\nRUN cat /proc/sys/kernel/random/uuid > /when\n' };
  const args = (map: object) => ({ buildargs: JSON.stringify(map) });
  const one = await whenOf(dockerfile, args({ A: '1' }));
  assert.notEqual(await whenOf(dockerfile, args({ A: '2' })), one);
  assert.equal(await whenOf(dockerfile, args({ A: '1', HTTP_PROXY: 'http://proxy.example' })), one);
});

test('what a command runs with counts: its words, user, folder, network, hosts and limits', async () => {
  const when = async (before: string, flags = '', query: Record<string, string> = {}) => {
    const dockerfile = `FROM busybox\n${before}RUN ${flags}cat /proc/sys/kernel/random/uuid > /tmp/when\n`;
    const { imageId } = await build(daemon, { Dockerfile: dockerfile }, query);
    return shell(daemon, imageId, 'cat /tmp/when');
  };
  const results = {
    plain: await when(''),
    words: await when('', 'true && '),
    user: await when('USER nobody\n'),
    folder: await when('WORKDIR /tmp\n'),
    otherFolder: await when('WORKDIR /etc\n'),
    network: await when('', '--network=none '),
    hosts: await when('', '', { extrahosts: 'one:192.0.2.1' }),
    limits: await when('', '', { ulimits: JSON.stringify([{ Name: 'nofile', Soft: 100, Hard: 100 }]) }),
  };
  const made = Object.values(results);
  assert.equal(new Set(made).size, made.length, JSON.stringify(results));
  assert.equal(await when(''), results.plain, 'what was there before still is');
});

test('without the cache everything is made anew, or one stage', async () => {
  const first = await whenOf(FILES);
  const second = await whenOf(FILES, { nocache: '1' });
  assert.notEqual(second, first);
  assert.equal(await whenOf(FILES), second, 'what was made last is what is found');
  const staged = {
    Dockerfile:
      'FROM busybox AS one\nRUN cat /proc/sys/kernel/random/uuid > /one\nFROM busybox AS two\nCOPY --from=one /one /when\nRUN cat /proc/sys/kernel/random/uuid > /two\n',
  };
  const both = async (query: Record<string, string>) => {
    const { imageId } = await build(daemon, staged, query);
    return (await shell(daemon, imageId, 'cat /when /two')).split('\n');
  };
  const before_ = await both({});
  const filtered = await both({ nocachefilter: 'two' });
  assert.equal(filtered[0], before_[0]);
  assert.notEqual(filtered[1], before_[1]);
});

test('the cache survives the daemon, SIGKILL as well', async () => {
  const first = await whenOf(FILES);
  await daemon.kill();
  await daemon.start();
  assert.equal(await whenOf(FILES), first);
  await daemon.stop();
  await daemon.start();
  assert.equal(await whenOf(FILES), first);
});

test('images may go without their steps, and steps without their images', async () => {
  const first = await whenOf(FILES, { t: 'going' });
  assert.equal((await daemon.call('DELETE', '/images/going?force=1')).status, 200);
  assert.equal(await whenOf(FILES, { t: 'going' }), first, 'the steps were still there');
  const pruned = await daemon.call('POST', '/build/prune?all=1');
  assert.ok(pruned.json<{ CachesDeleted: string[] }>().CachesDeleted.length > 0);
  assert.equal(await shell(daemon, 'going', 'cat /when'), first, 'the image still runs');
  assert.notEqual(await whenOf(FILES), first);
});

test('pruning takes filters and leaves what is bound to stay, and frees the disk', async () => {
  await daemon.call('POST', '/build/prune?all=1');
  for (const image of await untagged()) await daemon.call('DELETE', `/images/${image}?force=1`);
  const before_ = layers();
  const blob = (word: string) => ({
    Dockerfile: `FROM busybox\nRUN yes ${word} | head -c 1000000 > /${word}; exit 0\nRUN false\n`,
  });
  await tryBuild(daemon, blob('old'));
  await tryBuild(daemon, blob('new'));
  const cache = await cacheEntries();
  assert.deepEqual(
    cache.map(({ Size, InUse, Shared }) => [Size, InUse, Shared]),
    [
      [1_000_000, false, false],
      [1_000_000, false, false],
    ],
  );
  assert.match(cache[0]?.Description ?? '', /^RUN yes (old|new)/);
  const filters = JSON.stringify({ until: ['1h'] });
  assert.equal(
    (await daemon.call('POST', `/build/prune?filters=${encodeURIComponent(filters)}`)).text(),
    '{"CachesDeleted":null,"SpaceReclaimed":0}\n',
  );
  const kept = await daemon.call('POST', '/build/prune?keep-storage=1500000');
  assert.equal(kept.json<{ SpaceReclaimed: number }>().SpaceReclaimed, 1_000_000);
  assert.match((await cacheEntries())[0]?.Description ?? '', /^RUN yes new/);
  await daemon.call('POST', '/build/prune');
  assert.deepEqual(await cacheEntries(), []);
  const told = await daemon.call('GET', `/events?since=1&until=${Math.ceil(Date.now() / 1000)}&type=builder`);
  const reclaimed = told.text().matchAll(/"Type":"builder","Action":"prune",.*"reclaimed":"(\d+)"/g);
  assert.deepEqual([...reclaimed].map(([, bytes]) => bytes).slice(-3), ['0', '1000000', '1000000']);
  await until('the layers are off the disk', () => layers() === before_);
  const bad = await daemon.call('POST', `/build/prune?filters=${encodeURIComponent('{"x":["y"]}')}`);
  assert.equal(bad.status, 400);
});

test('cache mounts are listed and pruned, but not while a step has them', async () => {
  const holding = build(daemon, {
    Dockerfile: 'FROM busybox\nRUN --mount=type=cache,target=/c echo in > /c/f; sleep 1\n',
  });
  await until('the step runs', async () => (await cacheEntries()).some(({ Type }) => Type === 'exec.cachemount'));
  await daemon.call('POST', '/build/prune?all=1');
  assert.equal((await cacheEntries()).filter(({ Type }) => Type === 'exec.cachemount').length, 1);
  await holding;
  await daemon.call('POST', '/build/prune?all=1');
  assert.deepEqual(readdirSync(join(daemon.dataRoot, 'builder/mounts')), []);
});

interface CacheEntry {
  readonly Type: string;
  readonly Description: string;
  readonly Size: number;
  readonly InUse: boolean;
  readonly Shared: boolean;
}

async function cacheEntries(): Promise<CacheEntry[]> {
  const answer = await daemon.call('GET', '/system/df?type=build-cache');
  return answer.json<{ BuildCache: CacheEntry[] | null }>().BuildCache ?? [];
}

async function untagged(): Promise<string[]> {
  const images = (await daemon.call('GET', '/images/json?all=1')).json<{ Id: string; RepoTags: string[] }[]>();
  return images.filter(({ RepoTags }) => !RepoTags.includes('busybox:latest')).map(({ Id }) => Id);
}

function layers(): number {
  return readdirSync(join(daemon.dataRoot, 'layers/l')).length;
}

test('after a power cut, what was not synced is gone, whole, and everything else is there', async () => {
  await build(daemon, { Dockerfile: 'FROM busybox\nRUN echo safe > /safe\n' }, { t: 'safe' });
  const lost = { Dockerfile: 'FROM safe\nRUN cat /proc/sys/kernel/random/uuid > /lost\nRUN echo on top > /top\n' };
  const { imageId } = await build(daemon, lost, { t: 'lost' });
  await daemon.stop();
  // As it is found when the host went down before the sync of the layer.
  const state = new DatabaseSync(join(daemon.dataRoot, 'state.db'));
  const { chain_id: top } =
    state.prepare('SELECT top_chain_id AS chain_id FROM images WHERE id = ?').get(imageId) ?? {};
  const parent = state.prepare('SELECT parent FROM layers WHERE chain_id = ?').get(String(top))?.['parent'];
  state.prepare("INSERT OR REPLACE INTO unsynced_layers VALUES (?, 'another boot')").run(String(parent));
  state.close();
  await daemon.start();
  assert.equal((await daemon.call('GET', '/images/lost/json')).status, 404);
  assert.equal(await shell(daemon, 'safe', 'cat /safe'), 'safe\n');
  const again = await build(daemon, lost, { t: 'lost' });
  assert.notEqual(again.imageId, imageId);
  assert.doesNotMatch(again.output, /Using cache/);
  assert.equal(await shell(daemon, 'lost', 'cat /top'), 'on top\n');
});

test('after a power cut, an image whose configuration was not synced is gone, and is built again', async () => {
  const files = { Dockerfile: 'FROM busybox\nENV A=b\n' };
  const { imageId } = await build(daemon, files, { t: 'unsynced' });
  const database = join(daemon.dataRoot, 'state.db');
  await until('what was built is synced', () => {
    const state = new DatabaseSync(database, { readOnly: true });
    const marks = state
      .prepare('SELECT image_id FROM unsynced_images UNION SELECT chain_id FROM unsynced_layers')
      .all();
    state.close();
    return marks.length === 0;
  });
  await daemon.stop();
  const state = new DatabaseSync(database);
  state.prepare("INSERT INTO unsynced_images VALUES (?, 'another boot')").run(imageId);
  state.close();
  writeFileSync(join(daemon.dataRoot, 'content/blobs/sha256', imageId.slice('sha256:'.length)), '');
  await daemon.start();
  assert.equal((await daemon.call('GET', '/images/unsynced/json')).status, 404);
  assert.equal((await build(daemon, files, { t: 'unsynced' })).imageId, imageId);
  assert.equal(await shell(daemon, 'unsynced', 'echo $A'), 'b\n');
});

test('a bound of the cache is kept after each build', async () => {
  const own = await startDaemon(['--builder-keep-storage', '1500000']);
  try {
    for (const word of ['old', 'new']) {
      await tryBuild(own, { Dockerfile: `FROM busybox\nRUN yes ${word} | head -c 1000000 > /f; exit 0\nRUN false\n` });
    }
    const kept = async () =>
      (await own.call('GET', '/system/df?type=build-cache'))
        .json<{ BuildCache: { Description: string }[] }>()
        .BuildCache.map(({ Description }) => Description.split(' ')[2]);
    await until('one step is left', async () => (await kept()).length === 1);
    assert.deepEqual(await kept(), ['new']);
  } finally {
    await own.close();
  }
});
