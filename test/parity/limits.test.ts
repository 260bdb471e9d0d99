import { createQuietly, removeQuietly, runQuietly } from './container-steps.ts';
import { type ParityCase, paritySuite } from './parity-suite.ts';
import type { RecordingApi } from './recording-api.ts';

type Host = Readonly<Record<string, unknown>>;

/** Each is created, looked at, and removed. */
function accepted(title: string, hosts: Readonly<Record<string, Host>>): ParityCase {
  return {
    title,
    run: async (api) => {
      for (const [what, HostConfig] of Object.entries(hosts)) {
        const body = { Image: 'busybox', HostConfig };
        const created = await api.quietly('POST', '/containers/create?name=parity-limits', { body });
        const { Id } = created.json<{ Id: string }>();
        if (Id !== undefined) api.learn(Id, 'container');
        await api.step(`${what}: create`, 'POST', '/containers/create?name=parity-limits-again', { body });
        await api.step(`${what}: inspect`, 'GET', '/containers/parity-limits/json');
        await removeQuietly(api, 'parity-limits', 'parity-limits-again');
      }
    },
  };
}

function refusedAtCreate(title: string, hosts: Readonly<Record<string, Host>>, config: Host = {}): ParityCase {
  return {
    title,
    run: async (api) => {
      for (const [what, HostConfig] of Object.entries(hosts)) {
        const body = { Image: 'busybox', ...config, HostConfig };
        await api.step(what, 'POST', '/containers/create?name=parity-refused', { body });
        await removeQuietly(api, 'parity-refused');
      }
    },
  };
}

function refusedAtStart(title: string, hosts: Readonly<Record<string, Host>>): ParityCase {
  return {
    title,
    run: async (api) => {
      for (const [what, HostConfig] of Object.entries(hosts)) await startStep(api, what, HostConfig);
    },
  };
}

async function startStep(api: RecordingApi, what: string, HostConfig: Host): Promise<void> {
  const id = await createQuietly(api, 'parity-start', { Cmd: ['true'], HostConfig });
  await api.step(what, 'POST', `/containers/${id}/start`);
  await removeQuietly(api, id);
}

const MB = 1024 * 1024;

const limits: ParityCase[] = [
  accepted('limits are kept as they were given, with what the kernel cannot do left out and told', {
    memory: { Memory: 100 * MB, MemoryReservation: 50 * MB, MemorySwappiness: 10 },
    'unlimited swap': { Memory: 100 * MB, MemorySwap: -1 },
    processors: { CpuShares: 512, CpusetCpus: '0', CpusetMems: '0', NanoCpus: 500_000_000 },
    'quota and period': { CpuQuota: 20_000, CpuPeriod: 50_000 },
    'no quota': { CpuQuota: -5 },
    percent: { CpuPercent: 50, CpuCount: 1 },
    processes: { PidsLimit: 10 },
    'unlimited processes': { PidsLimit: -5 },
    'block weight': { BlkioWeight: 300, BlkioWeightDevice: [{ Path: '/dev/null', Weight: 500 }] },
    'block rates': { BlkioDeviceReadBps: [{ Path: '/dev/null', Rate: 1048576 }] },
    'no killer': { OomKillDisable: true, OomScoreAdj: 500 },
    'no killer within a limit': { OomKillDisable: true, Memory: 100 * MB },
    ulimits: { Ulimits: [{ Name: 'nofile', Soft: 10, Hard: 20 }], ShmSize: MB },
    devices: {
      Devices: [{ PathOnHost: '/dev/zero', PathInContainer: '/dev/nought', CgroupPermissions: 'r' }],
      DeviceCgroupRules: ['c 10:* rwm'],
    },
    sysctls: { Sysctls: { 'net.core.somaxconn': '1024', 'kernel.shmmax': '1024' } },
  }),
  refusedAtCreate('limits that contradict each other or the host are refused', {
    'memory under 6 MB': { Memory: 5_000_000 },
    'negative memory': { Memory: -1 },
    'swap alone': { MemorySwap: 100 * MB },
    'swap under memory': { Memory: 100 * MB, MemorySwap: 10 * MB },
    'small reservation': { MemoryReservation: 1000 },
    'reservation over memory': { Memory: 10 * MB, MemoryReservation: 100 * MB },
    swappiness: { MemorySwappiness: 101 },
    'score adjustment': { OomScoreAdj: 1001 },
    'negative processors': { NanoCpus: -1 },
    'small quota': { CpuQuota: 500 },
    'small period': { CpuPeriod: 10 },
    'processors and quota': { NanoCpus: 1e9, CpuQuota: 5000 },
    'processors and period': { NanoCpus: 1e9, CpuPeriod: 5000 },
    'no list of processors': { CpusetCpus: 'x' },
    'no list of memory nodes': { CpusetMems: 'q' },
    'memory nodes that are not there': { CpusetMems: '55' },
    'operations of Windows': { IOMaximumIOps: 4 },
    'shared memory': { ShmSize: -1 },
    'storage size': { StorageOpt: { size: '10G' } },
    'storage option': { StorageOpt: { foo: '1' } },
  }),
  refusedAtStart('what Docker finds wrong when a container starts is refused then', {
    'device of a rate': { BlkioDeviceReadBps: [{ Path: '/dev/nope', Rate: 1 }] },
    'negative shares': { CpuShares: -1 },
    device: { Devices: [{ PathOnHost: '/dev/nope', PathInContainer: '/dev/x', CgroupPermissions: 'rwm' }] },
    'file for a device': {
      Devices: [{ PathOnHost: '/etc/passwd', PathInContainer: '/dev/x', CgroupPermissions: 'r' }],
    },
    'device rule': { DeviceCgroupRules: ['z 10:* rwm'] },
    'device driver': { DeviceRequests: [{ Driver: 'nvidia', Count: 1 }] },
    'device capability': { DeviceRequests: [{ Count: -1, Capabilities: [['gpu']] }] },
    'tmpfs option': { Tmpfs: { '/t': 'nope=1' } },
    group: { GroupAdd: ['nope'] },
    'name server': { Dns: ['x'] },
  }),
];

const security: ParityCase[] = [
  accepted('security options and modes of namespaces are kept as they were given', {
    label: { SecurityOpt: ['label=disable', 'label:user:x', 'no-new-privileges:true', 'seccomp=unconfined'] },
    'inline profile': { SecurityOpt: ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'] },
    'unconfined by AppArmor': { SecurityOpt: ['apparmor=unconfined'] },
    'nothing masked': { MaskedPaths: [], ReadonlyPaths: [] },
    'user namespace': { UsernsMode: 'host' },
    'shareable IPC': { IpcMode: 'shareable' },
    'no IPC': { IpcMode: 'none' },
    'the host’s': { IpcMode: 'host', PidMode: 'host', UTSMode: 'host', CgroupnsMode: 'host' },
    'own control groups': { CgroupnsMode: 'private' },
    init: { Init: true },
    'no init': { Init: false },
    tmpfs: { ReadonlyRootfs: true, Tmpfs: { '/run': 'size=1m', '/tmp': '' } },
    groups: { GroupAdd: ['1234', 'mail'] },
    annotations: { Annotations: { a: 'b' } },
    'control group': { CgroupParent: '/parity' },
  }),
  refusedAtCreate('unknown security options and modes are refused', {
    'no value': { SecurityOpt: ['foo'] },
    'unknown option': { SecurityOpt: ['foo=bar'] },
    'no flag': { SecurityOpt: ['no-new-privileges=x'] },
    'option of the command line': { SecurityOpt: ['systempaths=unconfined'] },
    'relative tmpfs': { Tmpfs: { t: '' } },
    'tmpfs on the root': { Tmpfs: { '/': '' } },
    'empty annotation': { Annotations: { '': 'b' } },
    'PID mode': { PidMode: 'private' },
    'PID of nothing': { PidMode: 'container:' },
    'PID of a missing one': { PidMode: 'container:nope' },
    'IPC of a missing one': { IpcMode: 'container:nope' },
    'IPC mode': { IpcMode: 'foo' },
    'UTS mode': { UTSMode: 'x' },
    'cgroup namespace': { CgroupnsMode: 'x' },
    isolation: { Isolation: 'hyperv' },
  }),
  refusedAtCreate('what belongs to a network is refused in another container’s', {
    ports: { NetworkMode: 'container:nope', PortBindings: { '80/tcp': [{ HostPort: '80' }] } },
    links: { NetworkMode: 'container:nope', Links: ['a'] },
    'name servers': { NetworkMode: 'container:nope', Dns: ['1.1.1.1'] },
    hosts: { NetworkMode: 'container:nope', ExtraHosts: ['a:1.1.1.1'] },
  }),
  refusedAtCreate(
    'nor does it expose ports',
    { exposed: { NetworkMode: 'container:nope' } },
    { ExposedPorts: { '80/tcp': {} } },
  ),
  {
    title: 'a container shares what another one has',
    run: async (api) => {
      const donor = await runQuietly(api, 'parity-donor', { HostConfig: { IpcMode: 'shareable' } });
      const HostConfig = {
        NetworkMode: 'container:parity-donor',
        PidMode: 'container:parity-donor',
        IpcMode: 'container:parity-donor',
      };
      const id = await createQuietly(api, 'parity-joined', { Cmd: ['sleep', '100'], HostConfig });
      await api.step('inspect created', 'GET', `/containers/${id}/json`);
      await api.step('start', 'POST', `/containers/${id}/start`);
      await api.step('inspect', 'GET', `/containers/${id}/json`);
      await removeQuietly(api, id, donor);
    },
  },
  {
    title: 'a container that does not run or does not share cannot be joined',
    run: async (api) => {
      const donor = await createQuietly(api, 'parity-donor', { Cmd: ['sleep', '100'] });
      await startStep(api, 'network', { NetworkMode: 'container:parity-donor' });
      await startStep(api, 'PID', { PidMode: 'container:parity-donor' });
      await startStep(api, 'IPC', { IpcMode: 'container:parity-donor' });
      await startStep(api, 'network of a missing one', { NetworkMode: 'container:nope' });
      await api.quietly('POST', `/containers/${donor}/start`);
      await startStep(api, 'private IPC', { IpcMode: 'container:parity-donor' });
      await removeQuietly(api, donor);
    },
  },
];

const links: ParityCase[] = [
  refusedAtCreate('links that are none, or to nothing, are refused', {
    'to a missing one': { Links: ['nope:a'] },
    'of three parts': { Links: ['a:b:c'] },
    empty: { Links: [''] },
    'on the host’s network': { NetworkMode: 'host', Links: ['a'] },
  }),
  {
    title: 'a link to a container is shown with both names, and needs it to run',
    run: async (api) => {
      const child = await createQuietly(api, 'parity-child', { Cmd: ['sleep', '100'] });
      const HostConfig = { Links: ['parity-child:there', 'parity-child'] };
      const parent = await createQuietly(api, 'parity-parent', { Cmd: ['sleep', '100'], HostConfig });
      await api.step('inspect', 'GET', `/containers/${parent}/json`);
      await api.step('start without it', 'POST', `/containers/${parent}/start`);
      await api.quietly('POST', `/containers/${child}/start`);
      await api.step('start', 'POST', `/containers/${parent}/start`);
      await removeQuietly(api, parent, child);
    },
  },
];

const log = (Type: string, Config: Host = {}) => ({ LogConfig: { Type, Config } });

const logging: ParityCase[] = [
  accepted('log drivers and their options are kept as they were given', {
    none: log('none', { a: 'b' }),
    local: log('local', { 'max-size': '1m' }),
    rotated: log('json-file', { 'max-size': '10k', 'max-file': '3', compress: 'true', tag: 'x' }),
    journal: log('journald'),
    mode: log('json-file', { mode: 'non-blocking', 'max-buffer-size': '1m' }),
  }),
  refusedAtCreate('unknown log drivers and options are refused', {
    driver: log('foo'),
    option: log('json-file', { foo: 'x' }),
    'option of local': log('local', { foo: 'x' }),
    mode: log('json-file', { mode: 'x' }),
    buffer: log('json-file', { 'max-buffer-size': '1m' }),
  }),
  refusedAtStart('values of log options are looked at when a container starts', {
    'no file': log('json-file', { 'max-file': '0', 'max-size': '1k' }),
    'no number': log('json-file', { 'max-file': 'x' }),
    'no size': log('json-file', { 'max-size': 'x' }),
    'negative size': log('json-file', { 'max-size': '-1' }),
    compress: log('json-file', { compress: 'true' }),
    'compress is no flag': log('json-file', { compress: 'x' }),
    'local without files': log('local', { 'max-file': '0' }),
    'local without size': log('local', { 'max-size': 'x' }),
    'local compress': log('local', { compress: 'x' }),
    journal: log('journald'),
  }),
  {
    title: 'an image of another platform is not taken',
    run: async (api) => {
      const body = { Image: 'busybox' };
      await api.step('another', 'POST', '/containers/create?platform=linux/arm64', { body });
      await api.step('none', 'POST', '/containers/create?platform=foo', { body });
    },
  },
];

paritySuite('limits', [...limits, ...security, ...links, ...logging]);
