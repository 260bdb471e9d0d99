import type { ContainerId, ExecId } from '../lib/ids.ts';
import { identify, isAlive, sessionOf } from '../sys/process-identity.ts';
import { signalProcess } from '../sys/signal-process.ts';
import { readRecord } from './monitor-record.ts';
import type { RuntimeContext } from './runtime-context.ts';

const SIGKILL = 9;

/**
 * See `Runtime.killExec`. The OCI runtimes begin a session for an exec, by which what it has started is known; only what
 * is in the container's cgroup counts, so that a session's number that is used again does no harm.
 */
export async function killExec(context: RuntimeContext, id: ContainerId, execId: ExecId): Promise<void> {
  const exec = await readRecord(context.paths.exec(id, execId));
  const container = await readRecord(context.paths.container(id));
  if (exec?.process === undefined || exec.process === null || container === undefined) return;
  if (!isAlive(exec.process)) return;
  const session = sessionOf(exec.process.pid);
  const isOwn = container.process === null || session !== sessionOf(container.process.pid);
  signalProcess(context.syscalls, exec.process, SIGKILL);
  if (session === undefined || !isOwn) return;
  for (const pid of await context.cgroups.processes(container.cgroupsPath)) {
    const process = identify(pid);
    if (process !== undefined && sessionOf(pid) === session) signalProcess(context.syscalls, process, SIGKILL);
  }
}
