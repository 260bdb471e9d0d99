import type { ContainerId } from '../lib/ids.ts';
import { boundingCapabilities } from '../sys/own-capabilities.ts';
import type { OciProcess, OciSpec } from './oci-spec.ts';
import { capabilitiesOfMask, containerCapabilities } from './spec/capabilities.ts';
import { ALL_DEVICES, DEFAULT_DEVICE_RULES, hostDevices } from './spec/devices.ts';
import { type Bind, containerMounts } from './spec/mounts.ts';
import { containerNamespaces, type NamespaceOptions } from './spec/namespaces.ts';
import { MASKED_PATHS, READONLY_PATHS } from './spec/paths-hidden.ts';
import { defaultSeccomp, seccompOf } from './spec/seccomp.ts';
import type { ResolvedUser } from './user.ts';

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
  readonly shmSizeBytes: number;
  /** Limits in OCI's form; device rules are added here. */
  readonly resources?: object;
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
 * @throws invalid_argument for an unknown capability or a seccomp profile that is none.
 */
export async function containerSpec(options: SpecOptions): Promise<OciSpec> {
  const { privileged, namespaces } = options;
  const process = processSpec(options);
  const hidden = privileged
    ? {}
    : { maskedPaths: options.maskedPaths ?? MASKED_PATHS, readonlyPaths: options.readonlyPaths ?? READONLY_PATHS };
  const seccomp = await seccompFor(options, process.capabilities?.bounding ?? []);
  return {
    ociVersion: '1.0.2',
    process,
    root: { path: options.rootfs, ...(options.readonlyRootfs ? { readonly: true } : {}) },
    ...(namespaces.uts === 'host' ? {} : { hostname: options.hostname }),
    mounts: containerMounts({ ...options, hostIpc: namespaces.ipc === 'host' }),
    linux: {
      sysctl: sysctlsOf(options),
      resources: { ...options.resources, devices: privileged ? ALL_DEVICES : DEFAULT_DEVICE_RULES },
      cgroupsPath: `${options.cgroupParent}/${options.id}`,
      namespaces: containerNamespaces(namespaces),
      ...(privileged ? { devices: await hostDevices() } : {}),
      ...(seccomp === undefined ? {} : { seccomp }),
      ...hidden,
    },
  };
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
