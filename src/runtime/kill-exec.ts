import { readFileSync } from 'node:fs';
import type { ContainerId, ExecId } from '../lib/ids.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { identify, isAlive, type ProcessIdentity, sessionOf } from '../sys/processes/process-identity.ts';
import { signalProcess } from '../sys/processes/signal-process.ts';
import { readRecord } from './monitor/monitor-record.ts';
import type { MonitorPaths } from './paths.ts';
import type { RuntimeContext } from './runtime-context.ts';

const SIGKILL = 9;

/**
 * See `Runtime.killExec`. The OCI runtimes begin a session for an exec, by which what it has started is known; only what
 * is in the container's cgroup counts, so that a session's number that is used again does no harm.
 */
export async function killExec(context: RuntimeContext, id: ContainerId, execId: ExecId): Promise<void> {
  const container = readRecord(context.paths.container(id));
  if (container === undefined) return;
  const inContainer = await context.cgroups.processes(container.cgroupsPath);
  const exec = await processOf(context.paths.exec(id, execId), inContainer);
  if (exec === undefined || !isAlive(exec)) return;
  const session = sessionOf(exec.pid);
  const isOwn = container.process === null || session !== sessionOf(container.process.pid);
  signalProcess(context.syscalls, exec, SIGKILL);
  if (session === undefined || !isOwn) return;
  // Asked anew: it may have started more in the meantime.
  for (const pid of await context.cgroups.processes(container.cgroupsPath)) {
    const process = identify(pid);
    if (process !== undefined && sessionOf(pid) === session) signalProcess(context.syscalls, process, SIGKILL);
  }
}

/**
 * The exec's first process. A daemon that died before it could write the record has left the monitor's file with the
 * number alone, which is taken for the exec's if it is in the container.
 */
async function processOf(paths: MonitorPaths, inContainer: ReadonlySet<number>): Promise<ProcessIdentity | undefined> {
  const record = readRecord(paths);
  if (record !== undefined) return record.process ?? undefined;
  try {
    const pid = Number(readFileSync(paths.pidFile, 'utf8'));
    return inContainer.has(pid) ? identify(pid) : undefined;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
