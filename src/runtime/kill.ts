import type { ContainerId } from '../lib/ids.ts';
import { identify } from '../sys/processes/process-identity.ts';
import { signalProcess } from '../sys/processes/signal-process.ts';
import { containerNotRunning, requireRecord } from './require-record.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** See `Runtime.kill`. */
export async function killContainer(
  context: RuntimeContext,
  id: ContainerId,
  signal: number,
  all: boolean,
): Promise<void> {
  const { process, cgroupsPath } = requireRecord(context, id);
  if (process === null) throw containerNotRunning(id);
  if (!all) {
    if (!signalProcess(context.syscalls, process, signal)) throw containerNotRunning(id);
    return;
  }
  let reached = 0;
  for (const pid of await context.cgroups.processes(cgroupsPath)) {
    const member = identify(pid);
    if (member !== undefined && signalProcess(context.syscalls, member, signal)) reached++;
  }
  if (reached === 0) throw containerNotRunning(id);
}
