import type { ContainerId } from '../lib/ids.ts';
import type { ContainersContext } from './context.ts';
import { pauseContainer } from './pause.ts';
import { unpauseLocked } from './unpause.ts';

/**
 * Has containers stand still while their files are read, so that these belong together. After a crash the next daemon
 * lets them go on. @returns what lets them go on; all of them are tried. @throws conflict for one that does not run or
 * is paused already: none stands still then.
 */
export async function standStill(
  context: ContainersContext,
  ids: readonly ContainerId[],
): Promise<() => Promise<void>> {
  const standing: ContainerId[] = [];
  const allGoOn = async () => {
    const results = await Promise.allSettled(standing.splice(0).map((id) => goOn(context, id)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  };
  try {
    for (const id of ids) {
      await pauseContainer(context, id, { standsStill: true });
      standing.push(id);
    }
  } catch (error) {
    await allGoOn();
    throw error;
  }
  return allGoOn;
}

/** Lets one go on that stands still; one that has been let go on, has ended or is gone meanwhile is no error. */
export async function goOn(context: ContainersContext, id: ContainerId): Promise<void> {
  const { store, locks } = context;
  await locks.run(id, async () => {
    if (store.has(id) && store.get(id).state.standsStill === true) await unpauseLocked(context, id);
  });
}
