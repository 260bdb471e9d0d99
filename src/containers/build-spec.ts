import type { HostConfig } from '../api-types/host-config.ts';
import type { NamespacePlan } from '../networks/container-network.ts';
import type { OciSpec } from '../runtime/oci-spec.ts';
import type { NamespaceChoice } from '../runtime/spec/namespaces.ts';
import { containerSpec } from '../runtime/spec.ts';
import { resolveUser } from '../runtime/user.ts';
import type { ContainersContext } from './context.ts';
import { pathsOf } from './paths.ts';
import { processEnv } from './process-env.ts';
import type { ContainerRecord } from './record.ts';
import { resourcesOf } from './resources.ts';
import { rlimitsOf } from './rlimits.ts';
import { securityOptionsOf } from './security-options.ts';

export interface SpecPlace {
  /** The mounted root file system. */
  readonly rootfs: string;
  readonly namespace: NamespacePlan;
}

/** What the OCI runtime is told to run. @throws invalid_argument for a user that the image does not have. */
export async function buildSpec(
  { options }: ContainersContext,
  record: ContainerRecord,
  { rootfs, namespace }: SpecPlace,
): Promise<OciSpec> {
  const { id, path, args, config, hostConfig: host } = record;
  const paths = pathsOf(options, id);
  const [height, width] = host.ConsoleSize;
  const spec = await containerSpec({
    id,
    rootfs,
    args: [path, ...args],
    env: processEnv({ hostname: config.Hostname, terminal: config.Tty, variables: config.Env ?? [] }),
    cwd: config.WorkingDir || '/',
    user: await resolveUser(rootfs, config.User, host.GroupAdd ?? []),
    terminal: config.Tty,
    ...(height > 0 && width > 0 ? { consoleSize: { rows: height, columns: width } } : {}),
    privileged: host.Privileged,
    capAdd: host.CapAdd ?? [],
    capDrop: host.CapDrop ?? [],
    ...securityOptionsOf(host.SecurityOpt),
    oomScoreAdj: host.OomScoreAdj,
    rlimits: rlimitsOf(host.Ulimits),
    readonlyRootfs: host.ReadonlyRootfs,
    hostname: config.Hostname,
    domainname: config.Domainname,
    namespaces: {
      network: namespace,
      uts: host.UTSMode === 'host' ? 'host' : 'private',
      pid: host.PidMode === 'host' ? 'host' : 'private',
      ipc: host.IpcMode === 'host' ? 'host' : 'private',
      cgroup: cgroupNamespace(host),
    },
    binds: [
      { source: paths.resolvConf, destination: '/etc/resolv.conf', readonly: false },
      { source: paths.hostname, destination: '/etc/hostname', readonly: false },
      { source: paths.hosts, destination: '/etc/hosts', readonly: false },
    ],
    shmSizeBytes: host.ShmSize,
    resources: resourcesOf(host),
    sysctls: host.Sysctls ?? {},
    maskedPaths: host.MaskedPaths ?? [],
    readonlyPaths: host.ReadonlyPaths ?? [],
    cgroupParent: options.cgroupParent,
  });
  return host.Annotations === undefined || host.Annotations === null
    ? spec
    : { ...spec, annotations: host.Annotations };
}

function cgroupNamespace(host: HostConfig): NamespaceChoice {
  return host.CgroupnsMode === 'host' ? 'host' : 'private';
}
