import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { messageOf } from '../errors/engine-error.ts';
import type { ContainerId } from '../lib/ids.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { runChild } from '../sys/processes/child.ts';
import { containerNotRunning, requireRecord } from './require-record.ts';
import type { RuntimeContext } from './runtime-context.ts';
import { runtimeFailed } from './runtime-errors.ts';

/** See `Runtime.start`. */
export async function startContainer(context: RuntimeContext, id: ContainerId): Promise<void> {
  const { ociRuntime } = requireRecord(context, id);
  if (basename(ociRuntime) === 'crun') return releaseCrun(context, id);
  await runChild(ociRuntime, ['--root', context.paths.ociRoot, 'start', id]).catch((error: unknown) => {
    throw runtimeFailed('start', messageOf(error));
  });
}

/**
 * What `crun start` does, without the cost of a process: the container's first process waits until a byte comes through
 * the pipe. Opening fails at once when nobody waits. The name goes last, and nothing else happens in between: a daemon
 * that is killed right there leaves a container that counts as not started, never one that waits for ever.
 */
function releaseCrun(context: RuntimeContext, id: ContainerId): void {
  const path = context.paths.startFifo(id);
  try {
    const fifo = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      writeSync(fifo, new Uint8Array(1));
      unlinkSync(path);
    } finally {
      closeSync(fifo);
    }
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENXIO', 'EPIPE')) throw containerNotRunning(id, error);
    throw error;
  }
}
