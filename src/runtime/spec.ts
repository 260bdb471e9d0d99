import type { ContainerId } from '../lib/ids.ts';
import { boundingCapabilities } from '../sys/processes/own-capabilities.ts';
import type { OciMount, OciProcess, OciSpec } from './oci-spec.ts';
import type { ResolvedUser } from './rootfs/user.ts';
import { type BlockIoOptions, blockIo } from './spec/block-io.ts';
import { capabilitiesOfMask, containerCapabilities } from './spec/capabilities.ts';
import { ALL_DEVICES, DEFAULT_DEVICE_RULES, type DeviceNode, type DeviceRule, hostDevices } from './spec/devices.ts';
import { type DeviceMapping, mappedDevices, parseDeviceRule } from './spec/mapped-devices.ts';
import { type Bind, containerMounts, type SharedMemory } from './spec/mounts.ts';
import { containerNamespaces, type NamespaceOptions } from './spec/namespaces.ts';
import { MASKED_PATHS, READONLY_PATHS } from './spec/paths-hidden.ts';
import { defaultSeccomp, seccompOf } from './spec/seccomp.ts';

/** What a process gets, the container's first one or an exec. */
export interface ProcessOptions {
  readonly args: readonly string[];
  /** Complete: `HOSTNAME`, `PATH` and `TERM` are not added here. */
  readonly env: readonly string[];
  readonly cwd: string;
  readonly user: ResolvedUser;
  readonly terminal: boolean;
  readonly consoleSize?: { readonly rows: number; readonly columns: number };
  readonly privileged: boolean;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly noNewPrivileges: boolean;
  readonly oomScoreAdj: number;
  readonly rlimits?: OciProcess['rlimits'];
}

export interface SpecOptions extends ProcessOptions {
  readonly id: ContainerId;
  readonly rootfs: string;
  readonly readonlyRootfs: boolean;
  /** Empty for a container in the host's UTS namespace. */
  readonly hostname: string;
  readonly domainname: string;
  readonly namespaces: NamespaceOptions;
  readonly binds: readonly Bind[];
  readonly sharedMemory: SharedMemory;
  readonly tmpfs?: Readonly<Record<string, string>>;
  /** What else is to be mounted, in any order. */
  readonly userMounts?: readonly OciMount[];
  /** How the root's mounts go together with the host's; the runtime's default when undefined. */
  readonly rootfsPropagation?: string | undefined;
  /** Limits in OCI's form; those of block devices and the rules of devices are added here. */
  readonly resources?: object;
  readonly blockIo?: BlockIoOptions;
  readonly devices?: readonly DeviceMapping[];
  /** As `--device-cgroup-rule` takes them. */
  readonly deviceRules?: readonly string[];
  /** A program on the host that becomes the first process, and reaps what others leave; it is mounted read-only. */
  readonly initPath?: string;
  readonly apparmorProfile?: string;
  readonly sysctls: Readonly<Record<string, string>>;
  /** A profile's JSON text otherwise. */
  readonly seccomp: 'default' | 'unconfined' | { readonly profile: string };
  /** Docker's lists when undefined. */
  readonly maskedPaths?: readonly string[];
  readonly readonlyPaths?: readonly string[];
  readonly cgroupParent: string;
}

/**
 * The OCI configuration of a container, as Docker writes it.
 * @throws invalid_argument for an unknown capability; internal for a seccomp profile that is none, or a device.
 */
export async function containerSpec(options: SpecOptions): Promise<OciSpec> {
  const { privileged, namespaces } = options;
  const process = withInit(processSpec(options), options);
  const hidden = privileged
    ? {}
    : { maskedPaths: options.maskedPaths ?? MASKED_PATHS, readonlyPaths: options.readonlyPaths ?? READONLY_PATHS };
  const seccomp = await seccompFor(options, process.capabilities?.bounding ?? []);
  const [devices, io] = await Promise.all([devicesOf(options), ioOf(options)]);
  return {
    ociVersion: '1.0.2',
    process,
    root: { path: options.rootfs, ...(options.readonlyRootfs ? { readonly: true } : {}) },
    ...(namespaces.uts === 'host' ? {} : { hostname: options.hostname }),
    mounts: containerMounts({ ...options, binds: bindsOf(options) }),
    linux: {
      sysctl: sysctlsOf(options),
      resources: { ...options.resources, ...io, devices: devices.rules },
      cgroupsPath: `${options.cgroupParent}/${options.id}`,
      namespaces: containerNamespaces(namespaces),
      ...(devices.nodes.length > 0 ? { devices: devices.nodes } : {}),
      ...(seccomp === undefined ? {} : { seccomp }),
      ...hidden,
      ...(options.rootfsPropagation === undefined ? {} : { rootfsPropagation: options.rootfsPropagation }),
    },
  };
}

/** Where Docker has it. */
const INIT = '/sbin/docker-init';

function withInit(process: OciProcess, { initPath, apparmorProfile }: SpecOptions): OciProcess {
  return {
    ...process,
    ...(initPath === undefined ? {} : { args: [INIT, '--', ...process.args] }),
    ...(apparmorProfile === undefined ? {} : { apparmorProfile }),
  };
}

function bindsOf({ binds, initPath }: SpecOptions): readonly Bind[] {
  return initPath === undefined ? binds : [...binds, { source: initPath, destination: INIT, readonly: true }];
}

/** A privileged container has every device of the host, and those it is given under other names. */
async function devicesOf(
  options: SpecOptions,
): Promise<{ nodes: readonly DeviceNode[]; rules: readonly DeviceRule[] }> {
  const { nodes, rules } = await mappedDevices(options.devices ?? []);
  if (!options.privileged) {
    return { nodes, rules: [...DEFAULT_DEVICE_RULES, ...rules, ...(options.deviceRules ?? []).map(parseDeviceRule)] };
  }
  const all = await hostDevices();
  const known = new Set(all.map(({ path }) => path));
  return { nodes: [...all, ...nodes.filter(({ path }) => !known.has(path))], rules: ALL_DEVICES };
}

async function ioOf({ blockIo: limits }: SpecOptions): Promise<object> {
  const blockIO = limits === undefined ? undefined : await blockIo(limits);
  return blockIO === undefined ? {} : { blockIO };
}

/** @throws invalid_argument for an unknown capability. */
export function processSpec(options: ProcessOptions): OciProcess {
  const capabilities = containerCapabilities({
    privileged: options.privileged,
    add: options.capAdd,
    drop: options.capDrop,
    available: capabilitiesOfMask(boundingCapabilities()),
  });
  const { uid, gid, additionalGids } = options.user;
  const size = options.terminal ? options.consoleSize : undefined;
  return {
    terminal: options.terminal,
    ...(size === undefined ? {} : { consoleSize: { height: size.rows, width: size.columns } }),
    user: { uid, gid, additionalGids },
    args: options.args,
    env: options.env,
    cwd: options.cwd,
    capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
    ...(options.rlimits?.length ? { rlimits: options.rlimits } : {}),
    ...(options.noNewPrivileges ? { noNewPrivileges: true } : {}),
    oomScoreAdj: options.oomScoreAdj,
  };
}

async function seccompFor(options: SpecOptions, capabilities: readonly string[]): Promise<object | undefined> {
  if (options.privileged || options.seccomp === 'unconfined') return undefined;
  return options.seccomp === 'default'
    ? defaultSeccomp(capabilities)
    : seccompOf(options.seccomp.profile, capabilities);
}

/** Those that Docker sets in a network namespace of the container's own, and the NIS domain name. The user's win. */
function sysctlsOf({ namespaces, domainname, sysctls }: SpecOptions): Record<string, string> {
  return {
    ...(domainname === '' ? {} : { 'kernel.domainname': domainname }),
    ...(namespaces.network.kind === 'host'
      ? {}
      : { 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ping_group_range': '0 2147483647' }),
    ...sysctls,
  };
}
