import type { ContainerId } from '../lib/ids.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { freezeCgroup, thawCgroup } from '../sys/cgroups/freezer.ts';
import { containerNotRunning, requireRecord } from './require-record.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** See `Runtime.pause`. The OCI runtimes do the same, at the cost of a process. */
export async function pauseContainer(context: RuntimeContext, id: ContainerId): Promise<void> {
  const { cgroupsPath } = requireRecord(context, id);
  try {
    await freezeCgroup(context.cgroups.hierarchies, cgroupsPath);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENODEV')) throw containerNotRunning(id, error);
    throw error;
  }
}

/** See `Runtime.resume`. */
export async function resumeContainer(context: RuntimeContext, id: ContainerId): Promise<void> {
  const { cgroupsPath } = requireRecord(context, id);
  await thawCgroup(context.cgroups.hierarchies, cgroupsPath);
}
