import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { demultiplex } from '../../support/frames.ts';
import { mountsBelow, processesOf } from '../../support/leaks.ts';
import { tarOf } from '../../support/tar.ts';
import { until } from '../../support/until.ts';

/** Each round: everything at once, SIGKILL in the midst of it, again at the start after it, then a look at what is left. */
const ROUNDS = Number(process.env['SKIFF_SIGKILL_ROUNDS'] ?? 15);
const LATEST_KILL_MS = 120;
const LATEST_KILL_AT_START_MS = 500;
const STARTS_CUT_SHORT = 2;
const COPIED = Buffer.alloc(1_000_000, 'copied');
const SCRATCH = { type: 'tmpfs', device: 'tmpfs', o: 'size=1m' };
const TAR = { 'content-type': 'application/x-tar' };

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

async function run(name: string, command: string, hostConfig: object = {}): Promise<void> {
  const body = { Image: 'busybox', Cmd: ['sh', '-c', command], HostConfig: hostConfig };
  const created = await daemon.call('POST', `/containers/create?name=${name}`, { body });
  assert.equal(created.status, 201, created.text());
  const started = await daemon.call('POST', `/containers/${name}/start`);
  assert.equal(started.status, 204, started.text());
}

async function exec(name: string, command: string): Promise<string> {
  const body = { Cmd: ['sh', '-c', command], AttachStdout: true };
  const created = await daemon.call('POST', `/containers/${name}/exec`, { body });
  assert.equal(created.status, 201, created.text());
  const { Id } = created.json<{ Id: string }>();
  const answer = await daemon.call('POST', `/exec/${Id}/start`, { body: { Detach: false, Tty: false } });
  return demultiplex(answer.body).stdout;
}

/** What clients have under way when the daemon dies; none of it needs to succeed. */
function workOn(round: number): Promise<unknown>[] {
  const call = (method: string, path: string) => daemon.call(method, path);
  return [
    call('POST', '/containers/talker/attach?stream=1&stdout=1'),
    call('GET', '/containers/talker/logs?follow=1&stdout=1'),
    call('GET', '/events'),
    call('POST', '/containers/talker/wait'),
    exec('talker', 'echo a; sleep 0.05; echo b'),
    exec('talker', 'exit 3'),
    call('POST', '/containers/stopped/stop?t=0'),
    call('DELETE', '/containers/removed?force=1'),
    call('POST', '/containers/restarted/restart?t=0'),
    run(`gone${round}`, 'exit 4', { AutoRemove: true }),
    run(`late${round}`, 'sleep 1000', { AutoRemove: true }),
    daemon.call('PUT', '/containers/files/archive?path=/tmp', { body: tarOf('copied', COPIED), headers: TAR }),
    call('GET', '/containers/files/export'),
    call('POST', '/commit?container=committed&repo=committed'),
    daemon.call('POST', '/containers/committed/update', { body: { PidsLimit: 100 + round } }),
    call('GET', '/containers/committed/stats?stream=0'),
    call('DELETE', '/containers/holder?force=1&v=1'),
    run(`filler${round}`, 'ls /etc', { Binds: [`filled${round}:/etc`], AutoRemove: true }),
    run(`scratcher${round}`, 'sleep 1000', { Binds: ['scratch:/s', 'kept:/k'] }),
    call('POST', `/volumes/kept/clone?name=cloned${round}`),
    call('GET', '/volumes/kept/export'),
    call('POST', '/volumes/prune'),
  ];
}

async function statusOf(name: string): Promise<{ Status: string; ExitCode: number; Error: string } | undefined> {
  const answer = await daemon.call('GET', `/containers/${name}/json`);
  if (answer.status === 404) return undefined;
  assert.equal(answer.status, 200, answer.text());
  return answer.json<{ State: { Status: string; ExitCode: number; Error: string } }>().State;
}

async function account(round: number): Promise<void> {
  assert.equal((await statusOf('talker'))?.Status, 'running');
  assert.equal(await exec('talker', 'echo still here'), 'still here\n');
  const logs = await daemon.call('GET', '/containers/talker/logs?stdout=1');
  const lines = demultiplex(logs.body).stdout.split('\n').slice(0, -1);
  assert.deepEqual(lines, [...lines.keys()].map(String), 'no line is missing');

  const stopped = await statusOf('stopped');
  assert.ok(stopped?.Status === 'running' || (stopped?.Status === 'exited' && stopped.ExitCode === 137));
  const removed = await statusOf('removed');
  assert.ok(removed === undefined || ['running', 'exited'].includes(removed.Status), String(removed?.Status));
  const restarted = await statusOf('restarted');
  assert.ok(restarted?.Status === 'running' || (restarted?.Status === 'exited' && restarted.ExitCode === 137));
  // One that did not get as far as its start stays, as created.
  const gone = await statusOf(`gone${round}`);
  assert.ok(gone === undefined || gone.Status === 'created', String(gone?.Status));
  const late = await statusOf(`late${round}`);
  assert.ok(late === undefined || ['created', 'running'].includes(late.Status), String(late?.Status));
}

/** Copies in and out, and a commit: each happened or did not, and what they worked on is as it was. */
async function accountForFiles(): Promise<void> {
  assert.equal((await statusOf('files'))?.Status, 'created');
  const copied = await daemon.call('HEAD', '/containers/files/archive?path=/tmp/copied');
  assert.ok([200, 404].includes(copied.status), copied.text());
  // It stands still for its commit: a daemon that dies then leaves it paused, and says so.
  const { Status = '' } = (await statusOf('committed')) ?? {};
  assert.ok(['running', 'paused'].includes(Status), Status);
  if (Status === 'paused') assert.equal((await daemon.call('POST', '/containers/committed/unpause')).status, 204);
  assert.equal(await exec('committed', 'echo it runs'), 'it runs\n');
  const image = await daemon.call('GET', '/images/committed/json');
  if (image.status === 404) return;
  const created = await daemon.call('POST', '/containers/create', { body: { Image: 'committed', Cmd: ['true'] } });
  assert.equal(created.status, 201, created.text());
  const { Id } = created.json<{ Id: string }>();
  assert.equal((await daemon.call('POST', `/containers/${Id}/start`)).status, 204);
  assert.equal((await daemon.call('DELETE', `/containers/${Id}?force=1`)).status, 204);
  assert.equal((await daemon.call('DELETE', '/images/committed')).status, 200);
}

/** Volumes hold all or nothing, those that somebody uses are mounted, and no other is. */
async function accountForVolumes(round: number): Promise<void> {
  const folder = (name: string) => join(daemon.dataRoot, 'volumes', name);
  const entries = (name: string) => (existsSync(folder(name)) ? readdirSync(folder(name)) : []);
  for (const name of [`filled${round}`, `cloned${round}`]) {
    if (entries(name).length === 0) continue;
    assert.deepEqual(entries(name), ['_data']);
    const content = readdirSync(join(folder(name), '_data'));
    assert.ok(content.length === 0 || content.includes(name.startsWith('filled') ? 'passwd' : 'file'), content.join());
  }
  assert.deepEqual(readdirSync(join(folder('kept'), '_data')), ['file']);
  const scratcher = await statusOf(`scratcher${round}`);
  const mounted = mountsBelow(folder('scratch'));
  assert.equal(mounted.length, scratcher?.Status === 'running' ? 1 : 0);
}

async function removeAll(): Promise<void> {
  const left = (await daemon.call('GET', '/containers/json?all=1')).json<{ Id: string }[]>();
  for (const answer of await Promise.all(
    left.map(({ Id }) => daemon.call('DELETE', `/containers/${Id}?force=1&v=1`)),
  )) {
    assert.equal(answer.status, 204, answer.text());
  }
  assert.deepEqual(mountsBelow(daemon.root), []);
  const { Volumes } = (await daemon.call('GET', '/volumes')).json<{ Volumes: { Name: string }[] }>();
  const unnamed = Volumes.filter(({ Name }) => /^[0-9a-f]{64}$/.test(Name));
  assert.deepEqual(unnamed, [], 'no volume without a name is left');
  await until('no monitor is left', () => processesOf(`${daemon.execRoot}/containers`).length === 0);
}

test(`whatever the daemon and its clients do when it is killed, nothing is lost or left (${ROUNDS} rounds)`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all([
      run('talker', 'i=0; while :; do echo $i; i=$((i+1)); usleep 5000; done'),
      ...['stopped', 'removed', 'restarted', 'committed'].map((name) => run(name, 'sleep 1000')),
      run('holder', 'touch /k/file; sleep 1000', { Binds: ['kept:/k'], Mounts: [{ Type: 'volume', Target: '/x' }] }),
      daemon.call('POST', '/volumes/create', { body: { Name: 'scratch', DriverOpts: SCRATCH } }),
      daemon.call('POST', '/containers/create?name=files', { body: { Image: 'busybox' } }),
    ]);
    await exec('committed', 'head -c 1000000 /dev/zero > /written');
    await exec('holder', 'until [ -e /k/file ]; do :; done');
    const work = Promise.allSettled(workOn(round));
    await delay(Math.random() * LATEST_KILL_MS);
    await daemon.kill();
    await work;
    for (let cut = 0; cut < STARTS_CUT_SHORT; cut++) await daemon.startAndKill(Math.random() * LATEST_KILL_AT_START_MS);
    await daemon.start();
    await account(round);
    await accountForFiles();
    await accountForVolumes(round);
    await removeAll();
  }
});
