import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createContainer, exitCodeOf, logsOf, outputOf, runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

const MB = 1024 * 1024;
const isV2 = existsSync('/sys/fs/cgroup/cgroup.controllers');

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

/** A file of a container's control group, as the host sees it. */
function cgroupFile(id: string, controller: string, file: string): string {
  const root = isV2 ? '/sys/fs/cgroup' : join('/sys/fs/cgroup', controller);
  return readFileSync(join(root, `skiff-${daemon.tag}`, id, file), 'utf8').trim();
}

interface State {
  readonly Running: boolean;
  readonly OOMKilled: boolean;
  readonly ExitCode: number;
}

async function stateOf(id: string): Promise<State> {
  return (await daemon.call('GET', `/containers/${id}/json`)).json<{ State: State }>().State;
}

test('what allocates past its limit is killed, and that is told', async () => {
  const since = Math.floor(Date.now() / 1000);
  const id = await runContainer(daemon, {
    Cmd: ['tail', '/dev/zero'],
    HostConfig: { Memory: 16 * MB, MemorySwap: 16 * MB },
  });
  assert.equal(await exitCodeOf(daemon, id), 137);
  const { OOMKilled, ExitCode } = await stateOf(id);
  assert.deepEqual({ OOMKilled, ExitCode }, { OOMKilled: true, ExitCode: 137 });
  const filters = encodeURIComponent(JSON.stringify({ container: [id] }));
  const until = Math.ceil(Date.now() / 1000) + 1;
  const events = (await daemon.call('GET', `/events?since=${since}&until=${until}&filters=${filters}`)).text();
  const actions = [...events.matchAll(/"Action":"([^"]+)"/g)].map((match) => match[1]);
  assert.ok(actions.indexOf('oom') >= 0 && actions.indexOf('oom') < actions.indexOf('die'), actions.join());
});

test('a kill for lack of memory that the container survives is told at once, also by the next daemon', async () => {
  const id = await runContainer(daemon, {
    Cmd: ['sh', '-c', 'while [ ! -e /go ]; do sleep 0.05; done; tail /dev/zero; sleep 1000'],
    HostConfig: { Memory: 16 * MB, MemorySwap: 16 * MB },
  });
  await daemon.kill();
  await daemon.start();
  const exec = await daemon.call('POST', `/containers/${id}/exec`, { body: { Cmd: ['touch', '/go'] } });
  await daemon.call('POST', `/exec/${exec.json<{ Id: string }>().Id}/start`, { body: { Detach: true } });
  await until('it is told', async () => (await stateOf(id)).OOMKilled);
  assert.equal((await stateOf(id)).Running, true);
  await daemon.call('DELETE', `/containers/${id}?force=1`);
});

test('a container within its limit that is killed was not killed for memory', async () => {
  const id = await runContainer(daemon, { Cmd: ['sleep', '100'], HostConfig: { Memory: 16 * MB } });
  await daemon.call('POST', `/containers/${id}/kill`);
  assert.equal(await exitCodeOf(daemon, id), 137);
  assert.equal((await stateOf(id)).OOMKilled, false);
});

test('a fork bomb stops at its limit of processes', async () => {
  const id = await runContainer(daemon, {
    Cmd: ['sh', '-c', 'bomb() { bomb | bomb & }; sleep 1000 & bomb; while :; do sleep 1; done'],
    HostConfig: { PidsLimit: 20 },
  });
  await until('the bomb has met its limit', async () => (await logsOf(daemon, id)).stderr.includes("can't fork"));
  assert.ok(Number(cgroupFile(id, 'pids', 'pids.current')) <= 20);
  await daemon.call('DELETE', `/containers/${id}?force=1`);
});

test('a busy loop gets its share of a processor, by the account of its control group', async () => {
  const id = await runContainer(daemon, {
    Cmd: ['sh', '-c', 'while :; do :; done'],
    HostConfig: { NanoCpus: 200_000_000 },
  });
  // Each period in which it wants more than its 20 ms it is held back; it cannot have used more than those.
  const statistic = (name: string) =>
    Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(cgroupFile(id, 'cpu', 'cpu.stat'))?.[1]);
  await until('it was held back several times', () => statistic('nr_throttled') >= 5, 30_000);
  const usedUs = isV2 ? statistic('usage_usec') : Number(cgroupFile(id, 'cpuacct', 'cpuacct.usage')) / 1000;
  const periods = statistic('nr_periods');
  // One period more than are counted has begun, and the kernel hands time out in slices.
  assert.ok(usedUs <= (periods + 2) * 20_000 * 1.25, `${usedUs} µs in ${periods} periods`);
  await daemon.call('DELETE', `/containers/${id}?force=1`);
});

test('limits are what the kernel has of them', { skip: isV2 && 'the files have other names with v2' }, async () => {
  const id = await runContainer(daemon, {
    Cmd: ['sleep', '100'],
    HostConfig: {
      Memory: 32 * MB,
      MemorySwap: 48 * MB,
      MemoryReservation: 16 * MB,
      MemorySwappiness: 7,
      CpuShares: 512,
      CpuQuota: 20_000,
      CpuPeriod: 50_000,
      CpusetCpus: '0',
      CpusetMems: '0',
      OomKillDisable: true,
      OomScoreAdj: 321,
    },
  });
  const found = {
    memory: cgroupFile(id, 'memory', 'memory.limit_in_bytes'),
    swap: cgroupFile(id, 'memory', 'memory.memsw.limit_in_bytes'),
    reservation: cgroupFile(id, 'memory', 'memory.soft_limit_in_bytes'),
    swappiness: cgroupFile(id, 'memory', 'memory.swappiness'),
    killer: /oom_kill_disable (\d)/.exec(cgroupFile(id, 'memory', 'memory.oom_control'))?.[1],
    shares: cgroupFile(id, 'cpu', 'cpu.shares'),
    quota: cgroupFile(id, 'cpu', 'cpu.cfs_quota_us'),
    period: cgroupFile(id, 'cpu', 'cpu.cfs_period_us'),
    cpus: cgroupFile(id, 'cpuset', 'cpuset.cpus'),
    mems: cgroupFile(id, 'cpuset', 'cpuset.mems'),
  };
  assert.deepEqual(found, {
    memory: String(32 * MB),
    swap: String(48 * MB),
    reservation: String(16 * MB),
    swappiness: '7',
    killer: '1',
    shares: '512',
    quota: '20000',
    period: '50000',
    cpus: '0',
    mems: '0',
  });
  const { Pid } = (await daemon.call('GET', `/containers/${id}/json`)).json<{ State: { Pid: number } }>().State;
  assert.equal(readFileSync(`/proc/${Pid}/oom_score_adj`, 'utf8').trim(), '321');
});

test('limits are what the kernel has of them with v2', {
  skip: !isV2 && 'the files have other names with v1',
}, async () => {
  const device = blockDevice();
  const id = await runContainer(daemon, {
    Cmd: ['sleep', '100'],
    HostConfig: {
      Memory: 32 * MB,
      MemorySwap: 48 * MB,
      MemoryReservation: 16 * MB,
      CpuShares: 512,
      CpuQuota: 20_000,
      CpuPeriod: 50_000,
      CpusetCpus: '0',
      PidsLimit: 33,
      ...(device === undefined ? {} : { BlkioDeviceReadBps: [{ Path: device.path, Rate: 1_048_576 }] }),
    },
  });
  const files = ['memory.max', 'memory.swap.max', 'memory.low', 'cpu.weight', 'cpu.max', 'cpuset.cpus', 'pids.max'];
  assert.deepEqual(
    files.map((name) => cgroupFile(id, '', name)),
    // Swap without the memory that Docker counts in; shares of 2 to 262144 as weights of 1 to 10000.
    [32 * MB, 16 * MB, 16 * MB, 20, '20000 50000', 0, 33].map(String),
  );
  if (device !== undefined) {
    assert.equal(cgroupFile(id, '', 'io.max'), `${device.numbers} rbps=1048576 wbps=max riops=max wiops=max`);
  }
});

test('ulimits and the size of shared memory are in force', async () => {
  const output = await outputOf(daemon, {
    Cmd: ['sh', '-c', 'ulimit -Sn; ulimit -Hn; df -k /dev/shm | tail -1'],
    HostConfig: { Ulimits: [{ Name: 'nofile', Soft: 100, Hard: 200 }], ShmSize: 3 * MB },
  });
  assert.match(output, /^100\n200\nshm +3072 /);
});

test('devices are there under the names and with the rights that were asked for', async () => {
  const output = await outputOf(daemon, {
    Cmd: ['sh', '-c', 'head -c 3 /dev/nought | od -An -tx1; (echo x >/dev/nought) 2>&1; ls /dev/many | grep -x zero'],
    HostConfig: {
      Devices: [
        { PathOnHost: '/dev/full', PathInContainer: '/dev/brim', CgroupPermissions: 'rwm' },
        { PathOnHost: '/dev/zero', PathInContainer: '/dev/nought', CgroupPermissions: 'r' },
        { PathOnHost: '/dev', PathInContainer: '/dev/many', CgroupPermissions: 'r' },
      ],
    },
  });
  assert.match(output, /00 00 00/);
  assert.match(output, /^zero$/m);
});

test('a device that no rule allows cannot be opened, and one that a rule allows can', async () => {
  // Loop control, which no container has of itself.
  const Cmd = ['sh', '-c', 'mknod /c c 10 237; exec 3</c'];
  const refused = await runContainer(daemon, { Cmd });
  assert.notEqual(await exitCodeOf(daemon, refused), 0);
  assert.match((await logsOf(daemon, refused)).stderr, /Operation not permitted/);
  await outputOf(daemon, { Cmd, HostConfig: { DeviceCgroupRules: ['c 10:237 rwm'] } });
});

test('kernel settings are those of the container', async () => {
  const output = await outputOf(daemon, {
    Cmd: ['cat', '/proc/sys/net/core/somaxconn', '/proc/sys/kernel/msgmax'],
    HostConfig: { Sysctls: { 'net.core.somaxconn': '77', 'kernel.msgmax': '4096' } },
  });
  assert.equal(output, '77\n4096\n');
});

test('kernel settings that are not the container’s own are refused, and nothing is left', async () => {
  const refused = [
    [{ Sysctls: { 'kernel.panic': '1' } }, 'sysctl "kernel.panic" is not in a separate kernel namespace'],
    [
      { Sysctls: { 'net.core.somaxconn': '1' }, NetworkMode: 'host' },
      'sysctl "net.core.somaxconn" not allowed in host network namespace',
    ],
    [
      { Sysctls: { 'kernel.shmmax': '1' }, IpcMode: 'host' },
      'sysctl "kernel.shmmax" is not allowed in the hosts ipc namespace',
    ],
  ] as const;
  for (const [HostConfig, message] of refused) {
    const id = await createContainer(daemon, { HostConfig });
    const answer = await daemon.call('POST', `/containers/${id}/start`);
    assert.equal(answer.status, 500);
    assert.ok(answer.text().includes(JSON.stringify(message).slice(1, -1)), answer.text());
    await daemon.call('DELETE', `/containers/${id}`);
  }
});

test('what a container writes is held back at its rate', {
  skip: isV2 && 'io.max needs the io controller',
}, async (t) => {
  const device = blockDevice();
  if (device === undefined) return t.skip('there is no disk');
  const id = await runContainer(daemon, {
    Cmd: ['sleep', '100'],
    HostConfig: {
      BlkioDeviceReadBps: [{ Path: device.path, Rate: 1_048_576 }],
      BlkioDeviceWriteIOps: [{ Path: device.path, Rate: 50 }],
    },
  });
  assert.equal(cgroupFile(id, 'blkio', 'blkio.throttle.read_bps_device'), `${device.numbers} 1048576`);
  assert.equal(cgroupFile(id, 'blkio', 'blkio.throttle.write_iops_device'), `${device.numbers} 50`);
});

function blockDevice(): { readonly path: string; readonly numbers: string } | undefined {
  for (const name of ['vda', 'sda', 'nvme0n1', 'xvda']) {
    if (!existsSync(`/sys/block/${name}/dev`) || !existsSync(`/dev/${name}`)) continue;
    return { path: `/dev/${name}`, numbers: readFileSync(`/sys/block/${name}/dev`, 'utf8').trim() };
  }
  return undefined;
}
