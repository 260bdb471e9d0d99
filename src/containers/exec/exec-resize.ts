import { EngineError } from '../../errors/engine-error.ts';
import type { ContainersContext } from '../context.ts';

/** @throws not_found when there is no such exec, or its process does not run. */
export async function resizeExec(
  context: ContainersContext,
  execId: string,
  size: { rows: number; columns: number },
): Promise<void> {
  const { id, containerId, running, config } = context.execs.get(execId);
  if (!running) throw new EngineError('not_found', `process does not exist ${id}: not found`);
  if (config.Tty) await context.runtime.resizeExec(containerId, id, size);
}
