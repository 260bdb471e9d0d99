import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createReadStream, existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { mustRun } from '../../support/command.ts';
import { outputOf, runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

const LOOK = 'cd /v; stat -c "%n %u:%g %a %s %Y" . $(find . | sort) | sort; cat two; readlink link; ls | wc -l';

let daemon: TestDaemon;
let host: string;
before(async () => {
  daemon = await startDaemon();
  host = mkdtempSync('/tmp/skiff-backup-');
  const script =
    'cd /v; echo one > one; ln one two; ln -s one link; mkdir sub; chown 5:6 one; chmod 640 one; chown 7:8 /v; chmod 2770 /v; head -c 3000000 /dev/urandom > large';
  await outputOf(daemon, { Cmd: ['sh', '-ec', script], HostConfig: { Binds: ['source:/v'] } });
});
after(async () => {
  await daemon.close();
  await mustRun('rm', ['-rf', host]);
});

const look = (volume: string) => outputOf(daemon, { Cmd: ['sh', '-c', LOOK], HostConfig: { Binds: [`${volume}:/v`] } });
const volumes = () => readdirSync(join(daemon.dataRoot, 'volumes')).filter((name) => !name.startsWith('.'));

test('what a volume holds is exported, imported and cloned as it is, its own owner and mode included', async () => {
  const archive = join(host, 'v.tar');
  await daemon.skiff(['volume', 'export', '-o', archive, 'source']);
  assert.match(await mustRun('tar', ['-tf', archive]), /^\.\/\n/);
  assert.equal(await daemon.skiff(['volume', 'import', 'imported', archive]), 'imported\n');
  assert.equal(await daemon.skiff(['volume', 'clone', 'source', 'cloned']), 'cloned\n');
  const original = await look('source');
  assert.match(original, /^\. 7:8 2770 /);
  // The archive has whole seconds, as stat shows them.
  assert.equal(await look('imported'), original);
  assert.equal(await look('cloned'), original);
  const again = await daemon.trySkiff(['volume', 'import', 'imported', archive]);
  assert.match(again.stderr, /volume imported is not empty/);
  assert.match((await daemon.trySkiff(['volume', 'clone', 'source', 'cloned'])).stderr, /volume cloned exists already/);
  const piped = await daemon.skiff(['volume', 'import', 'piped'], { input: createReadStream(archive) });
  assert.equal(piped, 'piped\n');
  assert.equal(await look('piped'), original);
  const packed = join(host, 'v.tar.gz');
  await mustRun('sh', ['-c', `gzip -c ${archive} > ${packed}`]);
  await daemon.skiff(['volume', 'import', 'packed', packed]);
  assert.equal(await look('packed'), original);
});

test('an archive that breaks off, or that would leave the volume, leaves nothing', async () => {
  const whole = await readFile(join(host, 'v.tar'));
  await writeFile(join(host, 'cut.tar'), whole.subarray(0, 2_000_000));
  const cut = await daemon.trySkiff(['volume', 'import', 'cut', join(host, 'cut.tar')]);
  assert.equal(cut.status, 1);
  assert.match(cut.stderr, /invalid tar archive/);
  await mustRun('tar', ['-cf', join(host, 'evil.tar'), '-P', '--transform', 's,.*,../../evil,', '/etc/hostname']);
  const evil = await daemon.trySkiff(['volume', 'import', 'evil', join(host, 'evil.tar')]);
  assert.equal(evil.status, 1);
  const none = await daemon.trySkiff(['volume', 'import', 'none', '/dev/null']);
  assert.match(none.stderr, /there is nothing in the archive/);
  for (const name of ['cut', 'evil', 'none']) assert.ok(!volumes().includes(name));
  assert.ok(!existsSync(join(daemon.dataRoot, 'volumes/evil')));
  assert.match((await daemon.trySkiff(['volume', 'export', 'nope'])).stderr, /get nope: no such volume/);
  assert.match((await daemon.trySkiff(['volume', 'import', 'a/b', join(host, 'v.tar')])).stderr, /invalid characters/);
});

test('with --pause those who write stand still meanwhile, and what is exported belongs together', async () => {
  const script = 'i=0; while :; do i=$((i+1)); echo $i > /v/a; echo $i > /v/b; done';
  const id = await runContainer(daemon, { Cmd: ['sh', '-c', script], HostConfig: { Binds: ['busy:/v'] } });
  // Files that take a while, between the two that must be equal.
  await daemon.skiff(['exec', id, 'sh', '-c', 'head -c 5000000 /dev/zero > /v/aa']);
  const pairs: string[] = [];
  for (let round = 0; round < 3; round++) {
    const archive = join(host, `busy-${round}.tar`);
    await daemon.skiff(['volume', 'export', '--pause', '-o', archive, 'busy']);
    const [a, b] = await Promise.all(['./a', './b'].map((name) => mustRun('tar', ['-xOf', archive, name])));
    const difference = Number(a) - Number(b);
    // It may have been stopped between the two writes, or in one.
    if (a !== '' && b !== '') assert.ok(difference === 0 || difference === 1, `${a} ${b}`);
    pairs.push(`${a}${b}`);
    const { State } = (await daemon.call('GET', `/containers/${id}/json`)).json<{ State: { Status: string } }>();
    assert.equal(State.Status, 'running');
  }
  assert.equal(new Set(pairs).size, 3, 'it went on in between');
  await daemon.skiff(['volume', 'clone', '--pause', 'busy', 'still']);
  await daemon.call('DELETE', `/containers/${id}?force=1`);
});

test('a reader that goes away lets paused containers go on', async () => {
  const id = await runContainer(daemon, { Cmd: ['sleep', '1000'], HostConfig: { Binds: ['source:/v'] } });
  const answer = await fetchSome('/volumes/source/export?pause=1');
  assert.ok(answer > 0);
  let status = '';
  while (status !== 'running') {
    status = (await daemon.call('GET', `/containers/${id}/json`)).json<{ State: { Status: string } }>().State.Status;
  }
  await daemon.call('DELETE', `/containers/${id}?force=1`);
  assert.equal((await daemon.call('GET', '/volumes/source')).status, 200);
});

test('containers that are paused for an export go on when the daemon is killed meanwhile', async () => {
  const HostConfig = { Binds: ['source:/v'] };
  const id = await runContainer(daemon, { Cmd: ['sleep', '1000'], HostConfig });
  const user = await runContainer(daemon, { Cmd: ['sleep', '1000'] });
  await daemon.call('POST', `/containers/${user}/pause`);
  const answer = await reading('/volumes/source/export?pause=1');
  await daemon.kill();
  answer.destroy();
  await daemon.start();
  assert.equal(await daemon.skiff(['exec', id, 'echo', 'it runs']), 'it runs\n');
  const { State } = (await daemon.call('GET', `/containers/${user}/json`)).json<{ State: { Status: string } }>();
  assert.equal(State.Status, 'paused', 'one that the user has paused stays so');
  for (const container of [id, user]) await daemon.call('DELETE', `/containers/${container}?force=1`);
});

/** An answer whose rest nobody reads. */
async function reading(path: string): Promise<IncomingMessage> {
  const asked = request({ socketPath: daemon.socketPath, path, agent: false }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined); // it breaks off with the daemon
  return answer;
}

/** Reads the beginning of an answer, and hangs up. */
async function fetchSome(path: string): Promise<number> {
  const answer = await reading(path);
  const [chunk] = (await once(answer, 'data')) as [Buffer];
  answer.destroy();
  return chunk.length;
}

test('SIGKILL during an import or a clone leaves a volume that is whole, or empty', async () => {
  const count = Number(
    await outputOf(daemon, { Cmd: ['sh', '-c', 'ls /v | wc -l'], HostConfig: { Binds: ['source:/v'] } }),
  );
  for (let round = 0; round < 6; round++) {
    const work = Promise.allSettled([
      daemon.call('PUT', `/volumes/in-${round}/import`, { body: createReadStream(join(host, 'v.tar')) }),
      daemon.call('POST', `/volumes/source/clone?name=of-${round}`),
    ]);
    await delay(round * 25);
    await daemon.kill();
    await work;
    await daemon.start();
    for (const name of [`in-${round}`, `of-${round}`]) {
      const base = join(daemon.dataRoot, 'volumes', name);
      if (!existsSync(base)) continue;
      assert.deepEqual(readdirSync(base), ['_data']);
      assert.ok([0, count].includes(readdirSync(join(base, '_data')).length), name);
    }
  }
});
