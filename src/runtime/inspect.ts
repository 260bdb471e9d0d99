import { access } from 'node:fs/promises';
import type { ContainerId } from '../lib/ids.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { isCgroupFrozen } from '../sys/cgroups/freezer.ts';
import { isAlive } from '../sys/processes/process-identity.ts';
import { readExitStatus } from './exit-status.ts';
import { readRecord } from './monitor/monitor-record.ts';
import type { Runtime } from './runtime.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** See `Runtime.inspect`. */
export async function inspectContainer(context: RuntimeContext, id: ContainerId): ReturnType<Runtime['inspect']> {
  const paths = context.paths.container(id);
  const record = readRecord(paths);
  if (record === undefined) return { status: 'gone' };
  const exit = readExitStatus(paths);
  if (exit !== undefined) return { status: 'exited', exit };
  if (!isAlive(record.monitor)) {
    // Between the two questions the monitor may have written its last word and ended.
    const last = readExitStatus(paths);
    return last === undefined ? { status: 'gone' } : { status: 'exited', exit: last };
  }
  const status = (await waitsForStart(context.paths.startFifo(id))) ? 'created' : 'running';
  const paused = await isCgroupFrozen(context.cgroups.hierarchies, record.cgroupsPath);
  return { status, ...(record.process === null ? {} : { pid: record.process.pid }), ...(paused ? { paused } : {}) };
}

async function waitsForStart(fifo: string): Promise<boolean> {
  try {
    await access(fifo);
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false;
    throw error;
  }
}
