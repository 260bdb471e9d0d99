import { CliError } from '../../errors.ts';
import { toMap } from './container-config.ts';
import { type DeviceMapping, type DeviceRequest, parseDevices } from './device.ts';
import type { CreateFlags } from './flags.ts';
import { parsePorts } from './ports.ts';
import { parseRestartPolicy } from './restart-policy.ts';
import { parseSecurityOptions } from './security-options.ts';
import { parseVolumes } from './volumes.ts';

/** How the container runs on its host, in the order in which docker sends it. */
export function hostConfig(flags: CreateFlags, initGiven: boolean, consoleSize: readonly [number, number]) {
  checkModes(flags);
  const restart = parseRestartPolicy(flags.restart);
  if (flags.rm && restart.Name !== 'no' && restart.Name !== '') {
    throw new CliError('conflicting options: cannot specify both --restart and --rm');
  }
  const security = parseSecurityOptions(flags['security-opt']);
  const tmpfs = tmpfsOf(flags.tmpfs);
  return {
    Binds: parseVolumes(flags.volume).binds,
    ContainerIDFile: flags.cidfile,
    LogConfig: logConfig(flags),
    NetworkMode: flags.network[0]?.target ?? 'default',
    PortBindings: parsePorts(flags.publish, flags.expose).bindings,
    RestartPolicy: restart,
    AutoRemove: flags.rm,
    VolumeDriver: flags['volume-driver'],
    VolumesFrom: orNull(flags['volumes-from']),
    ConsoleSize: consoleSize,
    ...optional('Annotations', Object.fromEntries(flags.annotation)),
    CapAdd: orNull(capabilities(flags['cap-add'])),
    CapDrop: orNull(capabilities(flags['cap-drop'])),
    CgroupnsMode: flags.cgroupns,
    Dns: flags.dns,
    DnsOptions: flags['dns-option'],
    DnsSearch: flags['dns-search'],
    ExtraHosts: orNull(flags['add-host']),
    GroupAdd: orNull(flags['group-add']),
    IpcMode: flags.ipc,
    Cgroup: '',
    Links: orNull(flags.link),
    OomScoreAdj: flags['oom-score-adj'] ?? 0,
    PidMode: flags.pid,
    Privileged: flags.privileged,
    PublishAllPorts: flags['publish-all'],
    ReadonlyRootfs: flags['read-only'],
    SecurityOpt: security.SecurityOpt,
    ...optional('StorageOpt', storageOptions(flags['storage-opt'])),
    ...optional('Tmpfs', tmpfs),
    UTSMode: flags.uts,
    UsernsMode: flags.userns,
    ShmSize: flags['shm-size'] ?? 0,
    ...optional('Sysctls', Object.fromEntries(flags.sysctl)),
    ...(flags.runtime === '' ? {} : { Runtime: flags.runtime }),
    Isolation: flags.isolation,
    ...resources(flags),
    ...(flags.mount.length === 0 ? {} : { Mounts: flags.mount }),
    MaskedPaths: security.MaskedPaths,
    ReadonlyPaths: security.ReadonlyPaths,
    ...(initGiven ? { Init: flags.init } : {}),
  };
}

export type HostConfigRequest = ReturnType<typeof hostConfig>;

function resources(flags: CreateFlags) {
  const { mappings, requests } = parseDevices(flags.device);
  const swappiness = flags['memory-swappiness'] ?? -1;
  if (swappiness !== -1 && (swappiness < 0 || swappiness > 100)) {
    throw new CliError(`invalid value: ${swappiness}. Valid memory swappiness range is 0-100`);
  }
  return {
    CpuShares: flags['cpu-shares'] ?? 0,
    Memory: flags.memory ?? 0,
    NanoCpus: flags.cpus ?? 0,
    CgroupParent: flags['cgroup-parent'],
    BlkioWeight: flags['blkio-weight'] ?? 0,
    BlkioWeightDevice: flags['blkio-weight-device'],
    BlkioDeviceReadBps: flags['device-read-bps'],
    BlkioDeviceWriteBps: flags['device-write-bps'],
    BlkioDeviceReadIOps: flags['device-read-iops'],
    BlkioDeviceWriteIOps: flags['device-write-iops'],
    CpuPeriod: flags['cpu-period'] ?? 0,
    CpuQuota: flags['cpu-quota'] ?? 0,
    CpuRealtimePeriod: flags['cpu-rt-period'] ?? 0,
    CpuRealtimeRuntime: flags['cpu-rt-runtime'] ?? 0,
    CpusetCpus: flags['cpuset-cpus'],
    CpusetMems: flags['cpuset-mems'],
    Devices: mappings satisfies DeviceMapping[],
    DeviceCgroupRules: orNull(flags['device-cgroup-rule']),
    DeviceRequests: orNull<DeviceRequest>([...flags.gpus, ...requests]),
    MemoryReservation: flags['memory-reservation'] ?? 0,
    MemorySwap: flags['memory-swap'] ?? 0,
    MemorySwappiness: swappiness,
    OomKillDisable: flags['oom-kill-disable'],
    PidsLimit: flags['pids-limit'] ?? 0,
    Ulimits: ulimits(flags),
    CpuCount: 0,
    CpuPercent: 0,
    IOMaximumIOps: 0,
    IOMaximumBandwidth: 0,
  };
}

/** The last of each name counts. */
function ulimits(flags: CreateFlags) {
  const byName = new Map(flags.ulimit.map((one) => [one.Name, one]));
  return [...byName.values()].sort((a, b) => (a.Name < b.Name ? -1 : 1));
}

function checkModes(flags: CreateFlags): void {
  const joins = (mode: string): boolean => /^container:.+/.test(mode);
  if (!(flags.pid === '' || flags.pid === 'host' || joins(flags.pid))) throw new CliError('--pid: invalid PID mode');
  if (!['', 'host'].includes(flags.uts)) throw new CliError('--uts: invalid UTS mode');
  if (!['', 'host'].includes(flags.userns)) throw new CliError('--userns: invalid USER mode');
  if (!['', 'host', 'private'].includes(flags.cgroupns)) throw new CliError('--cgroupns: invalid CGROUP mode');
}

function logConfig(flags: CreateFlags) {
  const driver = flags['log-driver'];
  if (driver === 'none' && flags['log-opt'].length > 0) {
    throw new CliError(`invalid logging opts for driver ${driver}`);
  }
  return { Type: driver, Config: toMap(flags['log-opt']) };
}

function storageOptions(options: readonly string[]): Record<string, string> {
  if (options.some((option) => !option.includes('='))) throw new CliError('invalid storage option');
  return toMap(options);
}

function tmpfsOf(specs: readonly string[]): Record<string, string> {
  return Object.fromEntries(specs.map((spec) => [spec.split(':', 1)[0] ?? '', spec.split(':').slice(1).join(':')]));
}

/** As docker normalises them: in capitals, prefixed, sorted, each once; ALL leads. */
function capabilities(names: readonly string[]): string[] {
  const normal = names.map((name) => name.trim().toUpperCase()).filter((name) => name !== '');
  return [...new Set(normal.map((name) => (name === 'ALL' || name.startsWith('CAP_') ? name : `CAP_${name}`)))].sort();
}

function orNull<T>(values: readonly T[]): readonly T[] | null {
  return values.length === 0 ? null : values;
}

/** A map that docker leaves out when it is empty. */
function optional<K extends string>(name: K, map: Record<string, string>): { [P in K]?: Record<string, string> } {
  return Object.keys(map).length === 0 ? {} : ({ [name]: map } as { [P in K]?: Record<string, string> });
}
