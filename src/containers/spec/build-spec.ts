import { posix } from 'node:path';
import type { OciSpec } from '../../runtime/oci-spec.ts';
import { resolveUser } from '../../runtime/rootfs/user.ts';
import type { NetworkNamespace } from '../../runtime/spec/namespaces.ts';
import { containerSpec } from '../../runtime/spec.ts';
import type { ContainersContext, ContainersOptions } from '../context.ts';
import { blockIoOf, resourcesOf } from '../limits/resources.ts';
import { rlimitsOf } from '../limits/rlimits.ts';
import type { AttachedMounts } from '../mounts/attach-mounts.ts';
import { linkEnv } from '../networks/links.ts';
import { pathsOf } from '../paths.ts';
import type { ContainerRecord } from '../record.ts';
import { chooseNamespaces } from './choose-namespaces.ts';
import { initProgram } from './init-program.ts';
import { networkOwner } from './joined-containers.ts';
import { processEnv } from './process-env.ts';
import { securityOptionsOf } from './security-options.ts';

export interface SpecPlace {
  /** The mounted root file system. */
  readonly rootfs: string;
  readonly namespace: NetworkNamespace;
  readonly attached: AttachedMounts;
}

/** What the OCI runtime is told to run. @throws invalid_argument for a user that the image does not have. */
export async function buildSpec(
  context: ContainersContext,
  record: ContainerRecord,
  { rootfs, namespace, attached }: SpecPlace,
): Promise<OciSpec> {
  const { id, path, args, config, hostConfig: host } = record;
  const { options } = context;
  const owner = networkOwner(context, record);
  const chosen = chooseNamespaces(context, record, namespace);
  const [height, width] = host.ConsoleSize;
  const spec = await containerSpec({
    id,
    rootfs,
    args: [path, ...args],
    env: processEnv({
      hostname: config.Hostname,
      terminal: config.Tty,
      variables: [...linkEnv(context, record), ...(config.Env ?? [])],
    }),
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
    ...chosen,
    binds: networkFiles(owner, options),
    tmpfs: host.Tmpfs ?? {},
    userMounts: attached.mounts,
    rootfsPropagation: attached.rootfsPropagation,
    resources: resourcesOf(host),
    blockIo: blockIoOf(host),
    devices: (host.Devices ?? []).map((device) => ({
      pathOnHost: device.PathOnHost,
      pathInContainer: device.PathInContainer,
      permissions: device.CgroupPermissions,
    })),
    deviceRules: host.DeviceCgroupRules ?? [],
    ...(host.Init === true && chosen.namespaces.pid === 'private' ? { initPath: initProgram() } : {}),
    sysctls: host.Sysctls ?? {},
    maskedPaths: host.MaskedPaths ?? [],
    readonlyPaths: host.ReadonlyPaths ?? [],
    cgroupParent: host.CgroupParent === '' ? options.cgroupParent : posix.resolve('/', host.CgroupParent),
  });
  return host.Annotations === undefined || host.Annotations === null
    ? spec
    : { ...spec, annotations: host.Annotations };
}

/** Those of the container whose network it is; without any network the image's own files are left as they are. */
function networkFiles({ id, config }: ContainerRecord, options: ContainersOptions) {
  if (config.NetworkDisabled === true) return [];
  const { resolvConf, hostname, hosts } = pathsOf(options, id);
  return [
    { source: resolvConf, destination: '/etc/resolv.conf', readonly: false },
    { source: hostname, destination: '/etc/hostname', readonly: false },
    { source: hosts, destination: '/etc/hosts', readonly: false },
  ];
}
