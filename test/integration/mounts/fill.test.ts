import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { LinuxSyscalls } from '../../../src/sys/linux.ts';
import { mustRun } from '../../support/command.ts';
import { createContainer, outputOf, runContainer } from '../../support/containers.ts';
import { startDaemon, TestDaemon } from '../../support/daemon.ts';

const sys = new LinuxSyscalls();
const FULL = { Image: 'full' };
const KILLS = Number(process.env['SKIFF_SIGKILL_ROUNDS'] ?? 8);

/** An image with a folder that has everything that is to come along. */
async function makeImage(daemon: TestDaemon): Promise<void> {
  const script = [
    'mkdir -p /full/sub /full/empty; chown 70:71 /full; chmod 1750 /full; cd /full',
    'echo one > one; ln one two; ln -s one link; mkfifo fifo; chown 5:6 one; chmod 4711 one; touch -d "2020-01-02 03:04:05" sub',
    'head -c 20000000 /dev/urandom > large; i=0; while [ $i -lt 400 ]; do echo $i > sub/$i; i=$((i+1)); done',
  ].join('; ');
  const id = await runContainer(daemon, { Cmd: ['sh', '-ec', script] });
  assert.equal((await daemon.call('POST', `/containers/${id}/wait`)).json<{ StatusCode: number }>().StatusCode, 0);
  const { GraphDriver } = (await daemon.call('GET', `/containers/${id}/json`)).json<{
    GraphDriver: { Data: { UpperDir: string } };
  }>();
  sys.setXattr(join(GraphDriver.Data.UpperDir, 'full/one'), 'user.kept', Buffer.from('value'));
  sys.setXattr(join(GraphDriver.Data.UpperDir, 'full'), 'user.root', Buffer.from('value'));
  const committed = await daemon.call('POST', `/commit?container=${id}&repo=full&changes=VOLUME%20/full`);
  assert.equal(committed.status, 201, committed.text());
  await daemon.call('DELETE', `/containers/${id}`);
}

function volumeFolder(daemon: TestDaemon, name: string): string {
  return join(daemon.dataRoot, 'volumes', name, '_data');
}

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
  await makeImage(daemon);
});
after(() => daemon.close());

test('a new volume gets what the image has, with owners, modes, times, links and attributes', async () => {
  const look =
    'cd /full; stat -c "%n %u:%g %a %h %F" . one two link fifo sub empty; stat -c %Y sub; readlink link; cat two; ls sub | wc -l; md5sum large';
  const own = await outputOf(daemon, {
    ...FULL,
    Cmd: ['sh', '-c', look],
    HostConfig: {},
  });
  const named = await outputOf(daemon, { ...FULL, Cmd: ['sh', '-c', look], HostConfig: { Binds: ['filled:/full'] } });
  assert.equal(named, own);
  assert.match(named, /^\. 70:71 1750 4 directory\none 5:6 4711 2 regular file\n/);
  const folder = volumeFolder(daemon, 'filled');
  assert.equal(sys.getXattr(join(folder, 'one'), 'user.kept').toString(), 'value');
  assert.equal(sys.getXattr(folder, 'user.root').toString(), 'value');
});

test('a volume that holds something is not filled, nor is one that shall not be', async () => {
  await outputOf(daemon, { Cmd: ['touch', '/v/mine'], HostConfig: { Binds: ['mine:/v'] } });
  const list = { ...FULL, Cmd: ['ls', '/full'] };
  assert.equal(await outputOf(daemon, { ...list, HostConfig: { Binds: ['mine:/full'] } }), 'mine\n');
  assert.equal(await outputOf(daemon, { ...list, HostConfig: { Binds: ['none:/full:nocopy'] } }), '');
  assert.equal(await outputOf(daemon, { ...list, HostConfig: { Binds: ['/tmp/does-not-exist-skiff:/full'] } }), '');
  rmSync('/tmp/does-not-exist-skiff', { recursive: true });
});

test('a volume that others use is filled where it is, in front of their eyes', async () => {
  const user = await runContainer(daemon, { Cmd: ['sleep', '1000'], HostConfig: { Binds: ['live:/v'] } });
  await createContainer(daemon, { ...FULL, HostConfig: { Binds: ['live:/full'] } });
  assert.equal(await daemon.skiff(['exec', user, 'cat', '/v/two']), 'one\n');
  await daemon.call('DELETE', `/containers/${user}?force=1`);
});

test('a container whose volume cannot be filled is not made, and the volume stays empty', async () => {
  const disk = mkdtempSync('/tmp/skt-disk-');
  await mustRun('mount', ['-t', 'tmpfs', '-o', 'size=120m', 'skiff-test', disk]);
  const small = new TestDaemon([]);
  symlinkSync(disk, small.dataRoot);
  await small.start();
  try {
    await makeImage(small);
    await mustRun('sh', [
      '-c',
      `head -c 200m /dev/zero > ${disk}/fill 2>/dev/null || true; truncate -s -10m ${disk}/fill`,
    ]);
    const body = { ...FULL, HostConfig: { Binds: ['late:/full'] } };
    const refused = await small.call('POST', '/containers/create?name=late', { body });
    assert.equal(refused.status, 500);
    assert.match(refused.text(), /No space left on device/);
    assert.equal((await small.call('GET', '/containers/late/json')).status, 404);
    assert.deepEqual(readdirSync(volumeFolder(small, 'late')), []);
    assert.deepEqual(readdirSync(join(small.dataRoot, 'volumes/late')), ['_data']);
    await mustRun('rm', [join(disk, 'fill')]);
    const made = await small.call('POST', '/containers/create?name=late', { body });
    assert.equal(made.status, 201, made.text());
    assert.ok(existsSync(join(volumeFolder(small, 'late'), 'large')));
  } finally {
    await small.close();
    await mustRun('umount', [disk]);
    rmSync(disk, { recursive: true });
  }
});

test(`a volume is full or empty whenever the daemon is killed (${KILLS} times)`, async () => {
  for (let round = 0; round < KILLS; round++) {
    const made = createContainer(daemon, { ...FULL, HostConfig: { Binds: [`killed-${round}:/full`] } });
    const outcome = Promise.allSettled([made]);
    await delay((round * 90) / KILLS);
    await daemon.kill();
    await outcome;
    await daemon.start();
    const folder = volumeFolder(daemon, `killed-${round}`);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    if (names.length > 0) assert.equal(readdirSync(join(folder, 'sub')).length, 400, names.join());
    const base = join(daemon.dataRoot, 'volumes', `killed-${round}`);
    if (existsSync(base)) assert.deepEqual(readdirSync(base), ['_data']);
    const id = await createContainer(daemon, { ...FULL, HostConfig: { Binds: [`killed-${round}:/full`] } });
    assert.equal(readdirSync(join(folder, 'sub')).length, 400);
    await daemon.call('DELETE', `/containers/${id}`);
  }
});
