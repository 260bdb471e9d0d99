import type { ContainerId } from '../../lib/ids.ts';
import type { ContainersContext } from '../context.ts';
import { type ContainerRecord, isRunning } from '../record.ts';
import { launchLocked, startLocked } from '../start.ts';
import { wantsRestart } from './restart-policy.ts';

/** Containers that are started side by side when the daemon starts. */
const SIDE_BY_SIDE = 4;

/** Starts a container whose time to be restarted has come. Nobody waits for it: failures are logged. */
export function restartDue(context: ContainersContext, id: ContainerId): void {
  context.locks
    .run(id, () => restartLocked(context, id))
    .catch((error: unknown) => context.options.logError(`container ${id} could not be restarted`, error));
}

/** One that cannot be started stays as its last run has left it, with the reason: as with Docker it is not tried again. */
async function restartLocked(context: ContainersContext, id: ContainerId): Promise<void> {
  const { store, waiters, restarts } = context;
  if (!store.has(id) || restarts.isCalledOff(id)) return;
  const record = store.get(id);
  if (record.state.status !== 'restarting') return;
  try {
    await launchLocked(context, record);
  } catch (error) {
    if (store.has(id)) {
      const { exitCode } = record.state;
      store.updateState(id, { status: 'exited', exitCode });
      waiters.exited(id, { exitCode });
    }
    throw error;
  }
}

/**
 * Starts what should run by its policy and does not: after a reboot, or an end that no daemon has seen. A crash on the
 * way leaves the rest to the next daemon.
 */
export async function startByPolicy(context: ContainersContext): Promise<void> {
  const { store, locks, options } = context;
  const ids = store
    .all()
    .filter(isToBeStarted)
    .map(({ id }) => id)
    .reverse();
  const worker = async () => {
    for (let id = ids.shift(); id !== undefined; id = ids.shift()) {
      const next = id;
      try {
        await locks.run(next, async () => {
          // Somebody may have started or removed it meanwhile.
          if (store.has(next) && isToBeStarted(store.get(next))) await startLocked(context, next);
        });
      } catch (error) {
        options.logError(`container ${next} could not be started`, error);
      }
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
}

function isToBeStarted(record: ContainerRecord): boolean {
  const { state, hostConfig, restartCount, hasBeenManuallyStopped, hasBeenStartedBefore } = record;
  if (isRunning(record) || state.status !== 'exited' || !hasBeenStartedBefore) return false;
  const { exitCode } = state;
  return wantsRestart({ policy: hostConfig.RestartPolicy, exitCode, restartCount, hasBeenManuallyStopped });
}
