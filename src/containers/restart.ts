import { internalError, isEngineError } from '../errors/engine-error.ts';
import type { ContainersContext } from './context.ts';
import { publish } from './publish.ts';
import { isRunning } from './record.ts';
import { startLocked } from './start.ts';
import { type StopOptions, stopRunning } from './stop.ts';

/** Stops the container when it runs, and starts it. An AutoRemove container stays over the exit in between. */
export async function restartContainer(context: ContainersContext, ref: string, options: StopOptions): Promise<void> {
  const { store, locks, restarting } = context;
  const { id } = store.resolve(ref);
  restarting.add(id);
  try {
    if (isRunning(store.get(id))) await stopRunning(context, id, ref, options);
    await locks.run(id, () => startLocked(context, id));
  } catch (error) {
    // Somebody else has started it in between: it was stopped and runs, as asked.
    if (!isEngineError(error, 'not_modified')) throw cannotRestart(ref, error);
  } finally {
    restarting.delete(id);
  }
  publish(context, store.get(id), 'restart');
}

/** Whatever it was, Docker calls it its own failure. */
function cannotRestart(ref: string, error: unknown): unknown {
  return isEngineError(error) ? internalError(`Cannot restart container ${ref}: ${error.message}`, error) : error;
}
