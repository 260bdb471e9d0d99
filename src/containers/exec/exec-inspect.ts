import type { ExecInspect } from '../../api-types/exec.ts';
import type { ContainersContext } from '../context.ts';
import { parseDetachKeys } from '../streams/detach-keys.ts';

/** @throws not_found. */
export function inspectExec(context: ContainersContext, execId: string): ExecInspect {
  const { id, containerId, config, running, exitCode, pid } = context.execs.get(execId);
  const [entrypoint = '', ...args] = config.Cmd ?? [];
  return {
    ID: id,
    Running: running,
    ExitCode: exitCode ?? null,
    ProcessConfig: {
      tty: config.Tty,
      entrypoint,
      arguments: args,
      privileged: config.Privileged,
      ...(config.User === '' ? {} : { user: config.User }),
    },
    OpenStdin: config.AttachStdin,
    OpenStderr: config.AttachStderr,
    OpenStdout: config.AttachStdout,
    CanRemove: false,
    ContainerID: containerId,
    // Go prints bytes as base64.
    DetachKeys: config.DetachKeys === '' ? '' : Buffer.from(parseDetachKeys(config.DetachKeys)).toString('base64'),
    Pid: pid,
  };
}
