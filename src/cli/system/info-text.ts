import { binarySize } from '../format/units.ts';

/** What of the daemon's answer the text shows. */
export interface Info {
  readonly ID: string;
  readonly Containers: number;
  readonly ContainersRunning: number;
  readonly ContainersPaused: number;
  readonly ContainersStopped: number;
  readonly Images: number;
  readonly Driver: string;
  readonly DriverStatus?: readonly (readonly [string, string])[] | null;
  readonly Plugins?: {
    readonly Volume?: readonly string[] | null;
    readonly Network?: readonly string[] | null;
    readonly Authorization?: readonly string[] | null;
    readonly Log?: readonly string[] | null;
  };
  readonly Debug: boolean;
  readonly NFd: number;
  readonly NGoroutines: number;
  readonly SystemTime: string;
  readonly NEventsListener: number;
  readonly LoggingDriver: string;
  readonly CgroupDriver: string;
  readonly CgroupVersion?: string;
  readonly KernelVersion: string;
  readonly OperatingSystem: string;
  readonly OSType: string;
  readonly Architecture: string;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly Name: string;
  readonly DockerRootDir: string;
  readonly HttpProxy: string;
  readonly HttpsProxy: string;
  readonly NoProxy: string;
  readonly Labels?: readonly string[] | null;
  readonly ExperimentalBuild: boolean;
  readonly ServerVersion: string;
  readonly Runtimes?: Readonly<Record<string, unknown>> | null;
  readonly DefaultRuntime: string;
  readonly Swarm?: { readonly LocalNodeState: string };
  readonly LiveRestoreEnabled: boolean;
  readonly InitBinary: string;
  readonly ContainerdCommit?: { readonly ID: string };
  readonly RuncCommit?: { readonly ID: string };
  readonly InitCommit?: { readonly ID: string };
  readonly SecurityOptions?: readonly string[] | null;
  readonly RegistryConfig?: Registry | null;
  readonly ProductLicense?: string;
  readonly DefaultAddressPools?: readonly { readonly Base: string; readonly Size: number }[] | null;
  readonly FirewallBackend?: { readonly Driver: string } | null;
  readonly CDISpecDirs?: readonly string[] | null;
  readonly Warnings?: readonly string[] | null;
}

interface Registry {
  readonly IndexConfigs?: Readonly<Record<string, { readonly Name: string; readonly Secure: boolean }>> | null;
  readonly InsecureRegistryCIDRs?: readonly string[] | null;
  readonly Mirrors?: readonly string[] | null;
}

/** The server's half of `info`, under its heading. */
export function serverInfoText(info: Info): string {
  const lines = [...storageLines(info), ...runtimeLines(info), ...hostLines(info), ...settingLines(info), ''];
  return lines.map((line) => `${line}\n`).join('');
}

function storageLines(info: Info): string[] {
  const { Plugins = {} } = info;
  const plugins = (names: readonly string[] | null | undefined) => (names ?? []).join(' ');
  return [
    ` Containers: ${info.Containers}`,
    `  Running: ${info.ContainersRunning}`,
    `  Paused: ${info.ContainersPaused}`,
    `  Stopped: ${info.ContainersStopped}`,
    ` Images: ${info.Images}`,
    ...unlessEmpty(' Server Version', info.ServerVersion),
    ...unlessEmpty(' Storage Driver', info.Driver),
    ...(info.DriverStatus ?? []).map(([name, value]) => `  ${name}: ${value}`),
    ...unlessEmpty(' Logging Driver', info.LoggingDriver),
    ...unlessEmpty(' Cgroup Driver', info.CgroupDriver),
    ...unlessEmpty(' Cgroup Version', info.CgroupVersion),
    ' Plugins:',
    `  Volume: ${plugins(Plugins.Volume)}`,
    `  Network: ${plugins(Plugins.Network)}`,
    ...unlessEmpty('  Authorization', plugins(Plugins.Authorization)),
    `  Log: ${plugins(Plugins.Log)}`,
    ...section(' CDI spec directories:', info.CDISpecDirs),
    ` Swarm: ${info.Swarm?.LocalNodeState ?? ''}`,
  ];
}

function runtimeLines(info: Info): string[] {
  const runtimes = Object.keys(info.Runtimes ?? {}).sort();
  const names =
    runtimes.length === 0 ? [] : [` Runtimes: ${runtimes.join(' ')}`, ` Default Runtime: ${info.DefaultRuntime}`];
  if (info.OSType !== 'linux') return names;
  return [
    ...names,
    ` Init Binary: ${info.InitBinary}`,
    ` containerd version: ${info.ContainerdCommit?.ID ?? ''}`,
    ` runc version: ${info.RuncCommit?.ID ?? ''}`,
    ` init version: ${info.InitCommit?.ID ?? ''}`,
    ...section(' Security Options:', (info.SecurityOptions ?? []).flatMap(securityLines), ''),
  ];
}

/** `name=seccomp,profile=builtin` takes a line for the name and one for the profile. */
function securityLines(option: string): string[] {
  const pairs = option.split(',').map((pair) => pair.split('=', 2));
  const name = pairs.find(([key]) => key === 'name')?.[1] ?? option;
  const profile = pairs.find(([key]) => key === 'profile')?.[1];
  return [`  ${name}`, ...(profile === undefined ? [] : [`   Profile: ${profile}`])];
}

function hostLines(info: Info): string[] {
  const debug = [
    `  File Descriptors: ${info.NFd}`,
    `  Goroutines: ${info.NGoroutines}`,
    `  System Time: ${info.SystemTime}`,
    `  EventsListeners: ${info.NEventsListener}`,
  ];
  return [
    ...unlessEmpty(' Kernel Version', info.KernelVersion),
    ...unlessEmpty(' Operating System', info.OperatingSystem),
    ...unlessEmpty(' OSType', info.OSType),
    ...unlessEmpty(' Architecture', info.Architecture),
    ` CPUs: ${info.NCPU}`,
    ` Total Memory: ${binarySize(info.MemTotal)}`,
    ...unlessEmpty(' Name', info.Name),
    ...unlessEmpty(' ID', info.ID),
    ` Docker Root Dir: ${info.DockerRootDir}`,
    ` Debug Mode: ${info.Debug}`,
    ...(info.Debug ? debug : []),
  ];
}

function settingLines(info: Info): string[] {
  const pools = (info.DefaultAddressPools ?? []).map(({ Base, Size }) => `   Base: ${Base}, Size: ${Size}`);
  return [
    ...unlessEmpty(' HTTP Proxy', info.HttpProxy),
    ...unlessEmpty(' HTTPS Proxy', info.HttpsProxy),
    ...unlessEmpty(' No Proxy', info.NoProxy),
    ...section(' Labels:', info.Labels),
    ` Experimental: ${info.ExperimentalBuild}`,
    ...registryLines(info.RegistryConfig),
    ` Live Restore Enabled: ${info.LiveRestoreEnabled}`,
    ...unlessEmpty(' Product License', info.ProductLicense),
    ...section(' Default Address Pools:', pools, ''),
    ...unlessEmpty(' Firewall Backend', info.FirewallBackend?.Driver),
  ];
}

function registryLines(registry: Registry | null | undefined): string[] {
  const { IndexConfigs, InsecureRegistryCIDRs, Mirrors } = registry ?? {};
  const configs = Object.values(IndexConfigs ?? {});
  const networks = InsecureRegistryCIDRs ?? [];
  const insecure = [...configs.filter(({ Secure }) => !Secure).map(({ Name }) => Name), ...networks];
  return [
    ...(configs.length + networks.length > 0 ? [' Insecure Registries:', ...insecure.map((name) => `  ${name}`)] : []),
    ...section(' Registry Mirrors:', Mirrors),
  ];
}

function unlessEmpty(name: string, value: string | undefined): string[] {
  return value ? [`${name}: ${value}`] : [];
}

function section(heading: string, lines: readonly string[] | null | undefined, indent = '  '): string[] {
  return lines && lines.length > 0 ? [heading, ...lines.map((line) => indent + line)] : [];
}
