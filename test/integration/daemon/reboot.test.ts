import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { mustRun } from '../../support/command.ts';
import { createContainer, exitCodeOf, logsOf, runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { mountsBelow, processesOf } from '../../support/leaks.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
before(async () => {
  // Out of the usual pools, another daemon may take a subnet while nothing on the host shows it.
  daemon = await startDaemon(['--default-address-pool', 'base=10.217.0.0/16,size=24']);
});
after(() => daemon.close());

/** What is left of a daemon after the host's: its data root, and nothing else. */
async function reboot(running: readonly number[]): Promise<void> {
  await daemon.kill();
  const monitors = processesOf(`${daemon.execRoot}/containers`).map((text) => Number(/\d+/.exec(text)?.[0]));
  for (const pid of [...monitors, ...running]) process.kill(pid, 'SIGKILL');
  await until('all processes are gone', () => processesOf(`${daemon.execRoot}/containers`).length === 0);
  for (const mount of mountsBelow(daemon.root).reverse()) await mustRun('umount', ['-l', mount.slice('mount '.length)]);
  await rm(daemon.execRoot, { recursive: true });
  const links = JSON.parse(await mustRun('ip', ['-json', 'link', 'show'])) as { ifname: string; ifalias?: string }[];
  const bridges = links.filter(({ ifname, ifalias }) => !ifname.startsWith('veth') && ifalias?.includes(daemon.tag));
  assert.equal(bridges.length, 2);
  for (const { ifname } of bridges) await mustRun('ip', ['link', 'delete', ifname]);
  await mustRun('nft', ['delete', 'table', 'inet', `skiff_${daemon.tag}`]);
}

async function inspect<T>(id: string): Promise<T> {
  return (await daemon.call('GET', `/containers/${id}/json`)).json<T>();
}

test('after a reboot containers are known to have ended, and start again', async () => {
  const created = await createContainer(daemon, { Cmd: ['true'] });
  const ended = await runContainer(daemon, { Cmd: ['sh', '-c', 'exit 5'] });
  assert.equal(await exitCodeOf(daemon, ended), 5);
  assert.equal((await daemon.call('POST', '/networks/create', { body: { Name: 'front' } })).status, 201);
  const running = await runContainer(daemon, {
    Cmd: ['sh', '-c', 'echo up; sleep 1000'],
    HostConfig: { NetworkMode: 'front' },
  });
  await until('it says so', async () => (await logsOf(daemon, running)).stdout !== '');
  const temporary = await runContainer(daemon, { Cmd: ['sleep', '1000'], HostConfig: { AutoRemove: true } });
  type Shown = { State: { Status: string; ExitCode: number; Pid: number; Error: string } };
  const pids = await Promise.all([running, temporary].map(async (id) => (await inspect<Shown>(id)).State.Pid));

  await reboot(pids);
  await daemon.start();
  assert.equal((await inspect<Shown>(created)).State.Status, 'created');
  const { State: before } = await inspect<Shown>(ended);
  assert.deepEqual([before.Status, before.ExitCode], ['exited', 5]);
  const { State: lost } = await inspect<Shown>(running);
  assert.deepEqual([lost.Status, lost.ExitCode, lost.Pid], ['exited', 255, 0]);
  assert.equal((await daemon.call('GET', `/containers/${temporary}/json`)).status, 404);

  for (const id of [created, ended, running]) {
    assert.equal((await daemon.call('POST', `/containers/${id}/start`)).status, 204);
  }
  assert.equal(await exitCodeOf(daemon, ended), 5);
  assert.equal((await inspect<Shown>(running)).State.Status, 'running');
  const route = await daemon.skiff(['exec', running, 'ip', 'route']);
  assert.match(route, /^default via [\d.]+ dev eth0/m);
  await until('it says it again', async () => (await logsOf(daemon, running)).stdout === 'up\nup\n');
});
