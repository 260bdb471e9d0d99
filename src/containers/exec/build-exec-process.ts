import type { ExecConfig } from '../../api-types/exec.ts';
import type { OciProcess } from '../../runtime/oci-spec.ts';
import { resolveUser } from '../../runtime/rootfs/user.ts';
import { processSpec } from '../../runtime/spec.ts';
import type { ContainersContext } from '../context.ts';
import { rlimitsOf } from '../limits/rlimits.ts';
import { linkEnv } from '../networks/links.ts';
import type { ContainerRecord } from '../record.ts';
import { processEnv } from '../spec/process-env.ts';
import { securityOptionsOf } from '../spec/security-options.ts';

/** A further process in a running container: as the first one is, but for what the exec sets. */
export async function buildExecProcess(
  context: ContainersContext,
  record: ContainerRecord,
  exec: ExecConfig,
  consoleSize: { readonly rows: number; readonly columns: number } | undefined,
): Promise<OciProcess> {
  const { config, hostConfig: host } = record;
  const rootfs = await context.layers.mountWritable(record.id, { volatile: host.AutoRemove });
  return processSpec({
    args: exec.Cmd ?? [],
    env: processEnv({
      hostname: config.Hostname,
      terminal: exec.Tty,
      variables: [...linkEnv(context, record), ...(config.Env ?? []), ...(exec.Env ?? [])],
    }),
    cwd: exec.WorkingDir || config.WorkingDir || '/',
    user: await resolveUser(rootfs, exec.User || config.User, host.GroupAdd ?? []),
    terminal: exec.Tty,
    ...(consoleSize === undefined ? {} : { consoleSize }),
    privileged: exec.Privileged || host.Privileged,
    capAdd: host.CapAdd ?? [],
    capDrop: host.CapDrop ?? [],
    noNewPrivileges: securityOptionsOf(host.SecurityOpt).noNewPrivileges,
    oomScoreAdj: host.OomScoreAdj,
    rlimits: rlimitsOf(host.Ulimits),
  });
}
