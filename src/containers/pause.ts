import { containerIsRestarting, containerNotRunning } from '../errors/containers.ts';
import { EngineError, isEngineError, messageOf } from '../errors/engine-error.ts';
import type { ContainerId } from '../lib/ids.ts';
import type { ContainersContext } from './context.ts';
import { unwatchedHealth } from './health/health.ts';
import { publish } from './publish.ts';
import { isRunning } from './record.ts';

/**
 * Stops all processes of a container where they are. They stand still before `paused` is committed: after a crash in
 * between recovery finds the container frozen, and says so; one that the engine itself pauses (`standsStill`) goes on
 * then.
 * @throws not_found, conflict when it does not run, is paused or restarts.
 */
export async function pauseContainer(
  context: ContainersContext,
  ref: string,
  { standsStill = false }: { readonly standsStill?: boolean } = {},
): Promise<void> {
  const { store, locks } = context;
  const { id } = store.resolve(ref);
  await locks.run(id, async () => {
    const record = store.get(id);
    if (!isRunning(record)) throw containerNotRunning(id);
    const { status } = record.state;
    if (status === 'paused') throw new EngineError('conflict', `Container ${id} is already paused`);
    if (status === 'restarting') throw containerIsRestarting(id);
    if (standsStill) store.updateState(id, { standsStill });
    await freeze(context, id);
    context.health.end(id);
    const health = unwatchedHealth(store.get(id).state.health);
    publish(context, store.updateState(id, { status: 'paused', standsStill, health }), 'pause');
  });
}

async function freeze({ runtime }: ContainersContext, id: ContainerId): Promise<void> {
  try {
    await runtime.pause(id);
  } catch (error) {
    // It has ended, and its exit is on its way.
    if (isEngineError(error, 'not_found')) throw containerNotRunning(id);
    throw new EngineError('internal', `cannot pause container ${id}: ${messageOf(error)}`, { cause: error });
  }
}
