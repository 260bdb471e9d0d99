import { readdir } from 'node:fs/promises';
import type { ContainerId } from '../lib/ids.ts';
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
    if (known.has(id) && readRecord(context.paths.container(id)) !== undefined) continue;
    await removeContainer(context, id);
  }
}
