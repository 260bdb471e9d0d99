import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { build, contextOf, folderOf, shell, tryBuild } from '../../support/builds.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { mountsBelow } from '../../support/leaks.ts';
import { until } from '../../support/until.ts';

/** SIGKILL at this many moments of builds. */
const ROUNDS = Number(process.env['SKIFF_SIGKILL_ROUNDS'] ?? 8);
const LATEST_KILL_MS = 600;

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const SLEEPS = { Dockerfile: 'FROM busybox\nRUN echo begun; exec sleep 987\n' };

function sleepers(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandOf(pid) === 'sleep\u0000987\u0000');
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code))) return '';
    throw error;
  }
}

/** What builds make on the way, by the places it is in. */
function leftovers(): string[] {
  const places = ['data/layers/w', 'data/layers/tmp', 'data/builder/work', 'run/build', 'run/containers'];
  const files = places.flatMap((place) => readdirIfThere(join(daemon.root, place)).map((name) => `${place}/${name}`));
  return [...files, ...mountsBelow(join(daemon.dataRoot, 'layers')), ...sleepers().map((pid) => `process ${pid}`)];
}

function readdirIfThere(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function nothingLeft(): Promise<void> {
  await until(`nothing is left: ${leftovers().join(', ')}`, () => leftovers().length === 0);
}

test('a client that hangs up ends the build and everything it has started', async () => {
  const hangUp = new AbortController();
  const building = tryBuild(daemon, SLEEPS, {}, { signal: hangUp.signal }).catch(() => 'hung up');
  await until('the step runs', () => sleepers().length === 1);
  hangUp.abort();
  assert.equal(await building, 'hung up');
  await nothingLeft();
});

test('a client that hangs up in the midst of its context leaves nothing', async () => {
  const outgoing = request({ socketPath: daemon.socketPath, method: 'POST', path: '/build' });
  outgoing.on('error', () => undefined);
  outgoing.write(contextOf({ ...SLEEPS, large: Buffer.alloc(8_000_000, 'x') }).subarray(0, 6_000_000));
  await until('the context arrives', () => readdirIfThere(join(daemon.dataRoot, 'builder/work')).length === 1);
  outgoing.destroy();
  await nothingLeft();
});

test('a client that hangs up while files are copied, or a result is fetched, leaves nothing', async () => {
  const files = Object.fromEntries([...Array(4000).keys()].map((n) => [`d/${n % 50}/${n}`, String(n)]));
  const hangUp = new AbortController();
  const building = tryBuild(
    daemon,
    { Dockerfile: 'FROM busybox\nCOPY . /files/\nRUN exit 9\n', ...files },
    {},
    { signal: hangUp.signal },
  ).catch(() => 'hung up');
  await until('files are copied', () => readdirIfThere(join(daemon.dataRoot, 'layers/w')).length > 0);
  hangUp.abort();
  assert.equal(await building, 'hung up');
  await nothingLeft();
  const random = 'FROM busybox\nRUN head -c 30000000 /dev/urandom > /large\n';
  const { imageId } = await build(daemon, { Dockerfile: random });
  const outgoing = request({ socketPath: daemon.socketPath, path: `/build/rootfs?image=${imageId}` });
  outgoing.end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  incoming.on('error', () => undefined);
  await once(incoming, 'data');
  assert.notEqual(leftovers().length, 0);
  incoming.destroy();
  await nothingLeft();
});

test('a build is called off by its ID', async () => {
  const building = tryBuild(daemon, SLEEPS, { buildid: 'mine' });
  await until('the step runs', () => sleepers().length === 1);
  assert.equal((await daemon.call('POST', '/build/cancel?id=another')).status, 200);
  assert.equal((await daemon.call('POST', '/build/cancel?id=mine')).status, 200);
  const { error } = await building;
  assert.match(error ?? '', /context canceled/);
  await nothingLeft();
});

test('^C ends a build of the command line', async () => {
  const folder = folderOf({ Dockerfile: SLEEPS.Dockerfile });
  const { spawn } = await import('node:child_process');
  const child = spawn(join(import.meta.dirname, '../../../bin/skiff'), ['-H', daemon.host, 'build', folder.path]);
  await until('the step runs', () => sleepers().length === 1);
  child.kill('SIGINT');
  await nothingLeft();
  folder.remove();
});

test('the first stage that fails ends the others', async () => {
  const dockerfile = `FROM busybox AS slow
RUN exec sleep 987
FROM busybox AS failing
RUN sleep 0.3; exit 9
FROM busybox
COPY --from=slow /x /x
COPY --from=failing /y /y
`;
  const { exitCode } = await tryBuild(daemon, { Dockerfile: dockerfile });
  assert.equal(exitCode, 9);
  await nothingLeft();
});

test('SIGTERM ends builds, and leaves nothing', async () => {
  const building = tryBuild(daemon, SLEEPS).catch(() => 'cut off');
  await until('the step runs', () => sleepers().length === 1);
  const { status } = await daemon.stop();
  assert.equal(status, 0);
  await building;
  await nothingLeft();
  await daemon.start();
});

const BUSY = (round: number) => ({
  Dockerfile: `FROM busybox AS one
RUN echo ${round} > /one
COPY . /files/
RUN --mount=type=cache,target=/c echo ${round} >> /c/log
FROM busybox
WORKDIR /work/${round}
COPY --link d /linked
COPY --from=one /files /files
RUN echo ${round} > /two; sleep 0.05
`,
  ...Object.fromEntries([...Array(200).keys()].map((n) => [`d/${n}`, `${n} ${round}`.repeat(50)])),
  large: Buffer.alloc(700_000, String(round)),
});

test('SIGKILL at any moment of a build leaves nothing after the next start, and builds go on', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const building = tryBuild(daemon, BUSY(round), { t: `killed:${round}` }).catch(() => 'cut off');
    await delay((LATEST_KILL_MS * round) / ROUNDS);
    await daemon.kill();
    await building;
    await daemon.start();
    assert.deepEqual(leftovers(), [], `round ${round}`);
    const { imageId } = await build(daemon, BUSY(round), { t: 'whole' });
    assert.equal(
      await shell(daemon, imageId, 'cat /two /files/d/7 | head -c 5; ls /files/d | wc -l'),
      `${round}\n7 ${round}`.slice(0, 5) + `200\n`,
    );
  }
});

test('a client that reads nothing holds up its own build, and not the daemon', async () => {
  const dockerfile = 'FROM busybox\nRUN yes written | head -c 60000000; echo over > /over\n';
  const outgoing = request({ socketPath: daemon.socketPath, method: 'POST', path: '/build?t=slow' });
  outgoing.end(contextOf({ Dockerfile: dockerfile }));
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  incoming.pause();
  await build(daemon, { Dockerfile: 'FROM busybox\nRUN echo meanwhile\n' }, { nocache: '1' });
  const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))?.[1]) / 1024;
  assert.ok(resident < 200, `${resident} MB`);
  assert.equal((await daemon.call('GET', '/images/slow/json')).status, 404);
  incoming.resume();
  await once(incoming, 'end');
  assert.equal(await shell(daemon, 'slow', 'cat /over'), 'over\n');
});

test('a context that does not come keeps no image from going', async () => {
  const stalled = request({ socketPath: daemon.socketPath, method: 'POST', path: '/build' });
  stalled.on('error', () => undefined);
  stalled.write(contextOf({ Dockerfile: 'FROM busybox\n' }).subarray(0, 600));
  const { imageId } = await build(daemon, { Dockerfile: 'FROM busybox\nRUN echo going > /f\n' });
  await daemon.call('POST', '/build/prune?all=1');
  const removed = await daemon.call('DELETE', `/images/${imageId}`);
  assert.equal(removed.json<object[]>().length, 2, 'the image, and its layer at once');
  stalled.destroy();
  await nothingLeft();
});
