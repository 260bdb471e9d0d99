import { constants } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf } from '../errors/engine-error.ts';
import type { ContainerId } from '../lib/ids.ts';
import { runChild } from '../sys/child.ts';
import { hasErrorCode } from '../sys/syscall-error.ts';
import { containerNotRunning, requireRecord } from './require-record.ts';
import { runtimeFailed } from './runtime-errors.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** See `Runtime.start`. */
export async function startContainer(context: RuntimeContext, id: ContainerId): Promise<void> {
  const { ociRuntime } = await requireRecord(context, id);
  if (basename(ociRuntime) === 'crun') return releaseCrun(context, id);
  await runChild(ociRuntime, ['--root', context.paths.ociRoot, 'start', id]).catch((error: unknown) => {
    throw runtimeFailed('start', messageOf(error));
  });
}

/**
 * What `crun start` does, without the cost of a process: the container's first process waits until a byte comes through
 * the pipe, whose name goes first. Opening fails at once when nobody waits.
 */
async function releaseCrun(context: RuntimeContext, id: ContainerId): Promise<void> {
  const path = context.paths.startFifo(id);
  try {
    const fifo = await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      await unlink(path);
      await fifo.write(new Uint8Array(1));
    } finally {
      await fifo.close();
    }
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENXIO', 'EPIPE')) throw containerNotRunning(id, error);
    throw error;
  }
}
