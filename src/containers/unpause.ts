import { EngineError, isEngineError, messageOf } from '../errors/engine-error.ts';
import type { ContainerId } from '../lib/ids.ts';
import type { ContainersContext } from './context.ts';
import { publish } from './publish.ts';

/** Lets a paused container go on. @throws not_found, internal when it is not paused, as Docker has it. */
export async function unpauseContainer(context: ContainersContext, ref: string): Promise<void> {
  const { store, locks } = context;
  const { id } = store.resolve(ref);
  await locks.run(id, async () => {
    if (!(await unpauseLocked(context, id))) throw new EngineError('internal', `Container ${id} is not paused`);
  });
}

/**
 * The processes run before `running` is committed: after a crash in between recovery finds that they do. One that has
 * just ended is no error. The caller holds the container's lock.
 * @returns false when there was nothing to do.
 */
export async function unpauseLocked(context: ContainersContext, id: ContainerId): Promise<boolean> {
  const { store, runtime } = context;
  if (!store.has(id) || store.get(id).state.status !== 'paused') return false;
  try {
    await runtime.resume(id);
  } catch (error) {
    if (!isEngineError(error, 'not_found')) {
      throw new EngineError('internal', `Cannot unpause container ${id}: ${messageOf(error)}`, { cause: error });
    }
  }
  publish(context, store.updateState(id, { status: 'running', standsStill: false }), 'unpause');
  context.health.begin(id);
  return true;
}
