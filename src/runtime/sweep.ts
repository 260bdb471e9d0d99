import { existsSync, readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import type { ContainerId, ExecId } from '../lib/ids.ts';
import { identify, isAlive, type ProcessIdentity } from '../sys/processes/process-identity.ts';
import { readRecord } from './monitor/monitor-record.ts';
import { removeContainer } from './remove.ts';
import type { RuntimeContext } from './runtime-context.ts';

const CONTAINER_ID = /^[0-9a-f]{64}$/;

/** See `Runtime.sweep`. Containers that were created by half go even when they are known: nothing can adopt them. */
export async function sweepContainers(context: RuntimeContext, known: ReadonlySet<ContainerId>): Promise<void> {
  const present = new Set<string>([
    ...(await readdir(context.paths.containers)),
    ...(await readdir(context.paths.ociRoot)),
  ]);
  for (const name of present) {
    // The OCI runtime may keep folders of its own beside those of containers.
    if (!CONTAINER_ID.test(name)) continue;
    const id = name as ContainerId;
    if (known.has(id) && readRecord(context.paths.container(id)) !== undefined) await sweepExecs(context, id);
    else await removeContainer(context, id);
  }
}

/** Nobody asks for the exit status of an exec that an earlier daemon has started. */
async function sweepExecs({ paths }: RuntimeContext, id: ContainerId): Promise<void> {
  for (const name of await readdirIfThere(paths.container(id).execs)) {
    const exec = paths.exec(id, name as ExecId);
    const monitor = readRecord(exec)?.monitor ?? monitorIn(exec.monitorPidFile);
    if (monitor === undefined || !isAlive(monitor)) await rm(exec.directory, { recursive: true, force: true });
  }
}

/** Whoever has the monitor's number: one that is another's now is left to the container's end. */
function monitorIn(pidFile: string): ProcessIdentity | undefined {
  return existsSync(pidFile) ? identify(Number(readFileSync(pidFile, 'utf8'))) : undefined;
}

async function readdirIfThere(directory: string): Promise<string[]> {
  return existsSync(directory) ? readdir(directory) : [];
}
