import { dirname } from 'node:path';
import { isEngineError } from '../../errors/engine-error.ts';
import type { ContainerId } from '../../lib/ids.ts';
import { FileChanges } from '../../logs/file-changes.ts';
import { currentLog, type LogLimits, setAside } from '../../logs/rotate-log.ts';
import type { ContainersContext } from '../context.ts';
import { pathsOf } from '../paths.ts';
import { logLimitsOf } from './log-options.ts';

const AGAIN_MS = 10_000;

/**
 * Keeps the log of a running container within its limits. A log grows beyond them while no daemon runs, and is rotated
 * when the next one adopts the container.
 * @returns ends it.
 */
export function rotateLogs(context: ContainersContext, id: ContainerId): () => void {
  const limits = logLimitsOf(context.store.get(id).hostConfig.LogConfig);
  if (limits === undefined) return () => undefined;
  const path = pathsOf(context.options, id).log;
  const changes = new FileChanges(dirname(path));
  const rotation = { ended: false };
  void keepRotating(context, id, { path, limits, changes, rotation }).finally(() => changes.close());
  return () => {
    rotation.ended = true;
    changes.notify();
  };
}

/** Never rejects. What stands in the way, such as a full disk, may be gone after a while. */
async function keepRotating(context: ContainersContext, id: ContainerId, parts: Rotation): Promise<void> {
  while (!parts.rotation.ended) {
    try {
      return await rotate(context, id, parts);
    } catch (error) {
      // The monitor has ended, and its exit is being handled.
      if (isEngineError(error, 'not_found')) return;
      context.options.logError(`the log of container ${id} is not rotated`, error);
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS).unref());
  }
}

interface Rotation {
  readonly path: string;
  readonly limits: LogLimits;
  readonly changes: FileChanges;
  readonly rotation: { readonly ended: boolean };
}

/**
 * What was set aside is compressed when the monitor writes elsewhere, and before more is set aside.
 * The monitor is told once for each file that is full: told twice, it would put an empty file in the place of one that
 * it has just begun. Without a file it has not been told, or not yet done it, when the daemon before this one died.
 */
async function rotate(context: ContainersContext, id: ContainerId, parts: Rotation): Promise<void> {
  const { path, limits, changes, rotation } = parts;
  const { runtime } = context;
  if ((await currentLog(path)) === undefined) await runtime.reopenLog(id);
  let full: bigint | undefined;
  let isPlain = limits.compress;
  while (!rotation.ended) {
    const current = await currentLog(path);
    if (isPlain && current !== undefined && current.inode !== full) {
      const { compressRotated } = await import('../../logs/compressed-log.ts');
      await compressRotated(path, limits.maxFiles);
      isPlain = false;
    }
    if (current !== undefined && current.inode !== full && current.sizeBytes >= limits.maxBytes) {
      full = current.inode;
      isPlain = limits.compress;
      await setAside(path, limits);
      await runtime.reopenLog(id);
    }
    await changes.next();
  }
}
