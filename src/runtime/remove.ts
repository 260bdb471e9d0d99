import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { internalError } from '../errors/engine-error.ts';
import type { ContainerId } from '../lib/ids.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { thawCgroup } from '../sys/cgroups/freezer.ts';
import { processExit } from '../sys/processes/process-exit.ts';
import { findByArgument, identify } from '../sys/processes/process-identity.ts';
import { signalProcess } from '../sys/processes/signal-process.ts';
import { type MonitorRecord, readRecord } from './monitor/monitor-record.ts';
import type { OciSpec } from './oci-spec.ts';
import type { RuntimeContext } from './runtime-context.ts';
import { unmountSharedMemory } from './shared-memory.ts';

const SIGKILL = 9;

/**
 * Removes everything there is of a container at any point of its life, also of one that was created by half: its
 * processes, cgroup, the OCI runtime's state, bundle and sockets. Idempotent; the folder goes last, so that a crash on
 * the way leaves it for the next sweep.
 */
export async function removeContainer(context: RuntimeContext, id: ContainerId): Promise<void> {
  const paths = context.paths.container(id);
  const record = readRecord(paths);
  if (record === undefined) await endHalfCreated(context, paths.directory);
  else await endContainer(context, id, record);
  const cgroup = record?.cgroupsPath ?? (await cgroupOfBundle(paths.config)) ?? join(context.cgroupParent, id);
  await Promise.all([
    emptyCgroup(context, cgroup),
    rm(join(context.paths.ociRoot, id), { recursive: true, force: true }),
  ]);
  await unmountSharedMemory(context, id);
  await rm(paths.directory, { recursive: true, force: true });
}

async function endContainer(context: RuntimeContext, id: ContainerId, record: MonitorRecord): Promise<void> {
  const { process, cgroupsPath } = record;
  if (process !== null && signalProcess(context.syscalls, process, SIGKILL)) {
    // A frozen process receives no signal, with version 1 not even this one.
    await thawCgroup(context.cgroups.hierarchies, cgroupsPath);
  }
  await context.monitors.exit(context.paths.container(id), record);
}

/**
 * The daemon died between starting a monitor and noting it: the monitor has the bundle's path among its arguments. Without
 * the folder, which is made before, there is none, and no need to look at all processes.
 */
async function endHalfCreated(context: RuntimeContext, directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  for (const process of await findByArgument(directory)) {
    if (signalProcess(context.syscalls, process, SIGKILL)) await processExit(context.syscalls, process);
  }
}

/** Processes are left only where the container shares the host's process namespace, or was created by half. */
async function emptyCgroup(context: RuntimeContext, cgroup: string): Promise<void> {
  const attempts = 100;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (await context.cgroups.remove(cgroup)) return;
    await thawCgroup(context.cgroups.hierarchies, cgroup);
    for (const pid of await context.cgroups.processes(cgroup)) {
      const process = identify(pid);
      if (process === undefined) continue;
      if (signalProcess(context.syscalls, process, SIGKILL)) await processExit(context.syscalls, process);
    }
  }
  throw internalError(`cgroup ${cgroup} still has processes after ${attempts} rounds of SIGKILL`);
}

async function cgroupOfBundle(config: string): Promise<string | undefined> {
  try {
    return (JSON.parse(await readFile(config, 'utf8')) as OciSpec).linux.cgroupsPath;
  } catch (error) {
    // A configuration that was being written when the daemon died was never run.
    if (hasErrorCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
