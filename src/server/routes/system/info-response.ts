import type { InfoResponse } from '../../../api-types/system.ts';
import type { Component, EngineFacts, HostFacts, SystemBackend } from './backend.ts';

const OFFICIAL_INDEX = 'https://index.docker.io/v1/';

/** Everything that `docker info` shows; fields of what this engine does not have say so in Docker's own way. */
export function infoResponse(backend: SystemBackend, host: HostFacts, components: readonly Component[]): InfoResponse {
  const { engine } = backend;
  const { running, paused, stopped } = backend.containerCounts();
  return {
    ID: engine.id,
    Containers: running + paused + stopped,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: stopped,
    Images: backend.imageCount(),
    ...storage(host),
    Plugins: {
      Volume: engine.volumeDrivers,
      Network: engine.networkDrivers,
      Authorization: null,
      Log: engine.logDrivers,
    },
    ...limits(host),
    Debug: engine.debug,
    NFd: host.openFiles,
    OomKillDisable: host.limits.oomKillDisable,
    NGoroutines: process.getActiveResourcesInfo().length,
    SystemTime: new Date().toISOString(),
    LoggingDriver: engine.logDriver,
    CgroupDriver: host.cgroupDriver,
    CgroupVersion: host.cgroupVersion,
    NEventsListener: backend.eventListeners(),
    ...platform(host),
    IndexServerAddress: OFFICIAL_INDEX,
    RegistryConfig: registries(engine),
    GenericResources: null,
    DockerRootDir: engine.dataRoot,
    ...proxies(),
    Name: host.hostname,
    Labels: engine.labels,
    ExperimentalBuild: false,
    ServerVersion: engine.version,
    ...runtimes(engine, components),
    Swarm: {
      NodeID: '',
      NodeAddr: '',
      LocalNodeState: 'inactive',
      ControlAvailable: false,
      Error: '',
      RemoteManagers: null,
    },
    // Containers outlive the daemon here without being asked to.
    LiveRestoreEnabled: true,
    Isolation: '',
    SecurityOptions: [
      ...(host.apparmor ? ['name=apparmor'] : []),
      ...(host.seccomp ? ['name=seccomp,profile=builtin'] : []),
      ...(host.cgroupVersion === '2' ? ['name=cgroupns'] : []),
    ],
    CDISpecDirs: [],
    Warnings: warnings(host),
  };
}

function storage(host: HostFacts): Pick<InfoResponse, 'Driver' | 'DriverStatus'> {
  return {
    Driver: 'overlay2',
    DriverStatus: [
      ['Backing Filesystem', host.backingFilesystem],
      ['Supports d_type', 'true'],
      ['Using metacopy', 'false'],
      ['Native Overlay Diff', 'true'],
      ['userxattr', 'false'],
    ],
  };
}

function limits({ limits: can, ...host }: HostFacts) {
  return {
    MemoryLimit: can.memory,
    SwapLimit: can.swap,
    ...(can.kernelMemoryTcp ? { KernelMemoryTCP: true } : {}),
    CpuCfsPeriod: can.cpuCfs,
    CpuCfsQuota: can.cpuCfs,
    CPUShares: can.cpuShares,
    CPUSet: can.cpuSet,
    PidsLimit: can.pids,
    IPv4Forwarding: host.ipv4Forwarding,
    BridgeNfIptables: host.bridgeNfIptables,
    BridgeNfIp6tables: host.bridgeNfIp6tables,
  };
}

function registries(engine: EngineFacts): InfoResponse['RegistryConfig'] {
  const isNetwork = (registry: string) => registry.includes('/');
  const named = engine.insecureRegistries.filter((registry) => !isNetwork(registry));
  return {
    AllowNondistributableArtifactsCIDRs: null,
    AllowNondistributableArtifactsHostnames: null,
    InsecureRegistryCIDRs: [...engine.insecureRegistries.filter(isNetwork), '127.0.0.0/8'],
    IndexConfigs: {
      'docker.io': { Name: 'docker.io', Mirrors: engine.registryMirrors, Secure: true, Official: true },
      ...Object.fromEntries(named.map((name) => [name, { Name: name, Mirrors: [], Secure: false, Official: false }])),
    },
    Mirrors: engine.registryMirrors.length === 0 ? null : engine.registryMirrors,
  };
}

function runtimes(engine: EngineFacts, components: readonly Component[]) {
  const none = { ID: '', Expected: '' };
  const installed = Object.entries(engine.runtimes).filter(([name]) => components.some((it) => it.name === name));
  const runc = components.find(({ name }) => name === 'runc')?.gitCommit ?? '';
  return {
    Runtimes: Object.fromEntries(installed.map(([name, path]) => [name, { path }])),
    DefaultRuntime: engine.defaultRuntime,
    InitBinary: '',
    ContainerdCommit: none,
    RuncCommit: { ID: runc, Expected: runc },
    InitCommit: none,
  };
}

function warnings({ limits: can, ...host }: HostFacts): string[] | null {
  const missing: [boolean, string][] = [
    [can.memory, 'No memory limit support'],
    [can.swap, 'No swap limit support'],
    [can.cpuCfs, 'No cpu cfs quota support'],
    [can.cpuShares, 'No cpu shares support'],
    [can.cpuSet, 'No cpuset support'],
    [host.ipv4Forwarding, 'IPv4 forwarding is disabled'],
  ];
  const texts = missing.filter(([has]) => !has).map(([, text]) => `WARNING: ${text}`);
  return texts.length === 0 ? null : texts;
}

function platform(host: HostFacts) {
  return {
    KernelVersion: host.kernelVersion,
    OperatingSystem: host.operatingSystem,
    OSVersion: host.osVersion,
    OSType: 'linux',
    Architecture: host.machine,
    NCPU: host.cpus,
    MemTotal: host.memoryBytes,
  };
}

function proxies() {
  return {
    HttpProxy: withoutPassword(process.env['HTTP_PROXY'] ?? process.env['http_proxy']),
    HttpsProxy: withoutPassword(process.env['HTTPS_PROXY'] ?? process.env['https_proxy']),
    NoProxy: process.env['NO_PROXY'] ?? process.env['no_proxy'] ?? '',
  };
}

function withoutPassword(proxy = ''): string {
  return proxy.replace(/\/\/[^/@]+@/, '//xxxxx:xxxxx@');
}
