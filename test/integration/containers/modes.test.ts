import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Cgroups } from '../../../src/sys/cgroups/cgroups.ts';
import { createContainer, exitCodeOf, logsOf, outputOf, runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

async function pidOf(id: string): Promise<number> {
  return (await daemon.call('GET', `/containers/${id}/json`)).json<{ State: { Pid: number } }>().State.Pid;
}

/** Which namespace of this kind a process is in. */
function namespaceOf(pid: number | 'self', kind: string): string {
  return readlinkSync(`/proc/${pid}/ns/${kind}`);
}

test('namespaces are the container’s own but for those that it shares with the host', async () => {
  const own = await pidOf(
    await runContainer(daemon, { Cmd: ['sleep', '100'], HostConfig: { CgroupnsMode: 'private' } }),
  );
  for (const kind of ['pid', 'ipc', 'uts', 'net', 'mnt', 'cgroup']) {
    assert.notEqual(namespaceOf(own, kind), namespaceOf('self', kind), kind);
  }
  const shared = await pidOf(
    await runContainer(daemon, {
      Cmd: ['sleep', '100'],
      HostConfig: {
        PidMode: 'host',
        IpcMode: 'host',
        UTSMode: 'host',
        NetworkMode: 'host',
        CgroupnsMode: 'host',
        UsernsMode: 'host',
      },
    }),
  );
  for (const kind of ['pid', 'ipc', 'uts', 'net', 'cgroup', 'user']) {
    assert.equal(namespaceOf(shared, kind), namespaceOf('self', kind), kind);
  }
});

test('a container in another one’s namespaces sees its processes, shared memory, network and names', async () => {
  const donor = await runContainer(daemon, {
    Cmd: ['sh', '-c', 'echo shared >/dev/shm/file; exec sleep 1234'],
    Hostname: 'giver',
    HostConfig: { IpcMode: 'shareable', ShmSize: 5 * 1024 * 1024, ExtraHosts: ['elsewhere:10.9.8.7'] },
  });
  const mode = `container:${donor}`;
  const HostConfig = { PidMode: mode, IpcMode: mode, NetworkMode: mode };
  const output = await outputOf(daemon, {
    Cmd: ['sh', '-c', 'ps; cat /dev/shm/file; df -k /dev/shm | tail -1; hostname; grep elsewhere /etc/hosts; ip addr'],
    HostConfig,
  });
  assert.match(output, /sleep 1234/);
  assert.match(output, /^shared\nshm +5120 .*\ngiver\n10\.9\.8\.7\telsewhere\n/m);
  const { NetworkSettings } = (await daemon.call('GET', `/containers/${donor}/json`)).json<{
    NetworkSettings: { IPAddress: string };
  }>();
  assert.ok(output.includes(`inet ${NetworkSettings.IPAddress}/`), output);
  const joined = await runContainer(daemon, { Cmd: ['sleep', '100'], HostConfig });
  for (const kind of ['pid', 'ipc', 'net']) {
    assert.equal(namespaceOf(await pidOf(joined), kind), namespaceOf(await pidOf(donor), kind), kind);
  }
});

test('the end of a container takes those along that live among its processes, and leaves its network to the others', async () => {
  const donor = await runContainer(daemon, { Cmd: ['sleep', '1000'] });
  const among = await runContainer(daemon, { Cmd: ['sleep', '1000'], HostConfig: { PidMode: `container:${donor}` } });
  const beside = await runContainer(daemon, {
    Cmd: ['sh', '-c', 'while :; do sleep 1; done'],
    HostConfig: { NetworkMode: `container:${donor}` },
  });
  const network = namespaceOf(await pidOf(beside), 'net');
  await daemon.call('POST', `/containers/${donor}/kill`);
  assert.equal(await exitCodeOf(daemon, among), 137);
  assert.equal(namespaceOf(await pidOf(beside), 'net'), network);
  await daemon.call('DELETE', `/containers/${beside}?force=1`);
});

test('shared memory stays with those who have joined, over the death of the daemon as well', async () => {
  const donor = await runContainer(daemon, { Cmd: ['sleep', '1000'], HostConfig: { IpcMode: 'shareable' } });
  await daemon.kill();
  await daemon.start();
  const HostConfig = { IpcMode: `container:${donor}` };
  await outputOf(daemon, { Cmd: ['sh', '-c', 'echo kept >/dev/shm/file'], HostConfig });
  assert.equal(await outputOf(daemon, { Cmd: ['cat', '/dev/shm/file'], HostConfig }), 'kept\n');
});

test('without IPC there is no shared memory', async () => {
  const id = await runContainer(daemon, { Cmd: ['ls', '/dev/shm'], HostConfig: { IpcMode: 'none' } });
  assert.equal(await exitCodeOf(daemon, id), 1);
  assert.match((await logsOf(daemon, id)).stderr, /No such file/);
});

test('what cannot be joined is refused, and nothing is left of the attempt', async () => {
  const donor = await createContainer(daemon, { Cmd: ['sleep', '100'] });
  for (const [HostConfig, message] of [
    [{ NetworkMode: `container:${donor}` }, `cannot join network of a non running container: ${donor}`],
    [{ PidMode: `container:${donor}` }, `failed to join PID namespace: container ${donor} is not running`],
    [{ IpcMode: `container:${donor}` }, `failed to join IPC namespace: container ${donor} is not running`],
  ] as const) {
    const id = await createContainer(daemon, { HostConfig });
    const answer = await daemon.call('POST', `/containers/${id}/start`);
    assert.equal(answer.json<{ message: string }>().message, message);
    assert.equal((await daemon.call('DELETE', `/containers/${id}`)).status, 204);
  }
});

test('with an init, orphans are reaped and signals reach the command', async () => {
  // The shell that would have to reap it has gone when its child ends.
  const script = '(true & true) & wait; until [ -z "$(ps -o stat= | grep Z)" ]; do :; done; ps -o pid,args';
  const output = await outputOf(daemon, { Cmd: ['sh', '-c', script], HostConfig: { Init: true } });
  assert.match(output, /^ *1 \/sbin\/docker-init -- sh -c/m);
  // A signal that comes before the init listens is lost, as with any first process.
  const Cmd = ['sh', '-c', 'echo ready; exec sleep 1000'];
  const id = await runContainer(daemon, { Cmd, HostConfig: { Init: true } });
  await until('the command runs', async () => (await logsOf(daemon, id)).stdout === 'ready\n');
  await daemon.call('POST', `/containers/${id}/stop?t=30`);
  assert.equal(await exitCodeOf(daemon, id), 143);
});

test('an address, a host’s gateway and name servers are what was asked for', async () => {
  const output = await outputOf(daemon, {
    Cmd: ['sh', '-c', 'cat /sys/class/net/eth0/address /etc/hosts /etc/resolv.conf; ip route'],
    MacAddress: '92:d0:c6:0a:29:33',
    HostConfig: {
      ExtraHosts: ['gateway:host-gateway'],
      Dns: ['192.0.2.53'],
      DnsSearch: ['example.org'],
      DnsOptions: ['ndots:3'],
    },
  });
  assert.match(output, /^92:d0:c6:0a:29:33\n/);
  const gateway = /^default via (\S+)/m.exec(output)?.[1];
  assert.ok(output.includes(`${gateway}\tgateway\n`), output);
  assert.match(output, /^nameserver 192\.0\.2\.53\nsearch example\.org\noptions ndots:3$/m);
});

test('a link tells where another container is, and what it is told follows', async () => {
  const Cmd = ['sleep', '1000'];
  const ExposedPorts = { '80/tcp': {}, '53/udp': {} };
  const child = await runContainer(daemon, { Cmd, ExposedPorts, Env: ['A=b', 'HOME=/x'] });
  const addressOf = async (id: string) =>
    (await daemon.call('GET', `/containers/${id}/json`)).json<{ NetworkSettings: { IPAddress: string } }>()
      .NetworkSettings.IPAddress;
  const address = await addressOf(child);
  const HostConfig = { Links: [`${child}:my-db`] };
  const output = await outputOf(daemon, { Cmd: ['sh', '-c', 'env; cat /etc/hosts'], HostConfig });
  for (const line of [
    `MY_DB_PORT=udp://${address}:53`,
    `MY_DB_PORT_80_TCP=tcp://${address}:80`,
    `MY_DB_PORT_80_TCP_ADDR=${address}`,
    'MY_DB_PORT_53_UDP_PROTO=udp',
    'MY_DB_ENV_A=b',
  ]) {
    assert.ok(output.split('\n').includes(line), `${line} in ${output}`);
  }
  assert.ok(!output.includes('MY_DB_ENV_HOME'));
  assert.ok(output.includes(`${address}\tmy-db ${child.slice(0, 12)} `), output);
  // Its address is taken while it does not run: it gets another one.
  const parent = await runContainer(daemon, {
    Cmd: ['sh', '-c', 'trap "cat /etc/hosts; exit" TERM; while :; do sleep 0.05; done'],
    HostConfig,
  });
  await daemon.call('POST', `/containers/${child}/kill`);
  assert.equal(await exitCodeOf(daemon, child), 137);
  await runContainer(daemon, { Cmd });
  await daemon.call('POST', `/containers/${child}/start`);
  await daemon.call('POST', `/containers/${parent}/stop?t=30`);
  const hosts = (await logsOf(daemon, parent)).stdout;
  assert.ok(hosts.includes(`${await addressOf(child)}\tmy-db `), hosts);
});

test('annotations and another control group are handed on', async () => {
  const parent = `/skiff-test-${daemon.tag}`;
  const id = await runContainer(daemon, {
    Cmd: ['cat', '/proc/self/cgroup'],
    HostConfig: { Annotations: { 'org.example': 'x' }, CgroupParent: parent, CgroupnsMode: 'host' },
  });
  assert.equal(await exitCodeOf(daemon, id), 0);
  assert.ok((await logsOf(daemon, id)).stdout.includes(`${parent}/${id}`));
  await daemon.call('DELETE', `/containers/${id}`);
  // As with Docker, a group that somebody else may use as well is left to whoever named it.
  assert.ok(await (await Cgroups.detect()).remove(parent), 'nothing of the container is left in it');
});

test('a container without any network has loopback alone, no files of the engine, and shares that with who joins', async () => {
  const Cmd = ['sh', '-c', 'ls /sys/class/net; ip -o addr | grep -c "inet "; grep -c " /etc/" /proc/mounts || true'];
  assert.equal(await outputOf(daemon, { Cmd, NetworkDisabled: true }), 'lo\n1\n0\n');
  const donor = await runContainer(daemon, { Cmd: ['sleep', '1000'], NetworkDisabled: true });
  type Inspected = { NetworkSettings: { Networks: object; SandboxID: string } };
  const { NetworkSettings } = (await daemon.call('GET', `/containers/${donor}/json`)).json<Inspected>();
  assert.deepEqual([NetworkSettings.Networks, NetworkSettings.SandboxID], [{}, '']);
  const joins = { Cmd: ['ls', '/sys/class/net'], HostConfig: { NetworkMode: `container:${donor}` } };
  assert.equal(await outputOf(daemon, joins), 'lo\n');
  // It goes on under the next daemon, and starts again.
  await daemon.kill();
  await daemon.start();
  assert.equal((await daemon.call('POST', `/containers/${donor}/restart?t=0`)).status, 204);
  assert.equal(await outputOf(daemon, joins), 'lo\n');
});
