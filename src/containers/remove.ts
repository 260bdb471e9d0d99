import { rm } from 'node:fs/promises';
import { containerIsRunning, removalInProgress } from '../errors/containers.ts';
import { EngineError, messageOf } from '../errors/engine-error.ts';
import type { ContainerId } from '../lib/ids.ts';
import type { ContainersContext } from './context.ts';
import { killAndWait } from './kill-and-wait.ts';
import { detachMounts } from './mounts/detach-mounts.ts';
import { removeImageLayers } from './mounts/image-layers.ts';
import { removeAnonymousVolumes } from './mounts/remove-volumes.ts';
import { pathsOf } from './paths.ts';
import { publish } from './publish.ts';
import { type ContainerRecord, isRunning } from './record.ts';
import { disconnect, nothing, throwFailures } from './tear-down.ts';

export interface RemoveOptions {
  /** Kills it first when it runs. */
  readonly force: boolean;
  /** Docker's legacy links, which have no names of their own here. */
  readonly link: boolean;
  /** Also the volumes without a name, as far as nobody else has them. */
  readonly volumes?: boolean;
}

/** @throws not_found, conflict when it runs or is being removed already. */
export async function removeContainer(
  context: ContainersContext,
  ref: string,
  { force, link, volumes = false }: RemoveOptions,
): Promise<void> {
  const { store, locks } = context;
  const { id, name, state } = store.resolve(ref);
  if (link) throw new EngineError('internal', 'Conflict, cannot remove the default link name of the container');
  if (state.status === 'removing') throw removalInProgress(ref);
  for (;;) {
    if (isRunning(store.get(id))) {
      if (!force) throw containerIsRunning(name, store.get(id).state.status);
      await killAndWait(context, id);
    }
    const removed = await locks.run(id, async () => {
      if (!store.has(id)) return true;
      if (store.get(id).state.status === 'removing') throw removalInProgress(ref);
      // Started again while this waited for the lock.
      if (isRunning(store.get(id))) return false;
      await removeLocked(context, id, { volumes });
      return true;
    });
    if (removed) return;
  }
}

export interface LockedRemoval {
  /** A container that removes itself takes them with it in any case. */
  readonly volumes?: boolean;
  /** As for `tearDown`. */
  readonly whenDisconnected?: () => Promise<void>;
}

/**
 * Removes a container that does not run, with everything it has on the host; the caller holds its lock. `removing` is
 * committed first and the record goes last, so that recovery finishes what a crash has cut short. After a failure the
 * container is `dead`, and removing it again tries the rest.
 */
export async function removeLocked(
  context: ContainersContext,
  id: ContainerId,
  { volumes = false, whenDisconnected = nothing }: LockedRemoval = {},
): Promise<void> {
  const { store, waiters, runtime } = context;
  const removesVolumes = volumes || store.get(id).hostConfig.AutoRemove;
  const record = store.updateState(id, { status: 'removing', removesVolumes });
  const outcome = { exitCode: record.state.exitCode };
  try {
    throwFailures(
      await Promise.allSettled([
        disconnect(context, id, whenDisconnected),
        runtime.delete(id).then(() => removeFiles(context, record)),
        rm(pathsOf(context.options, id).directory, { recursive: true, force: true }),
      ]),
      `container ${id} could not be removed`,
    );
  } catch (error) {
    store.updateState(id, { status: 'dead', error: messageOf(error) });
    waiters.removed(id, { ...outcome, error: messageOf(error) });
    throw error;
  }
  store.delete(id);
  context.execs.removeContainer(id);
  context.restarts.forget(id);
  context.attachments.release(id);
  publish(context, record, 'destroy');
  waiters.removed(id, outcome);
}

async function removeFiles(context: ContainersContext, record: ContainerRecord): Promise<void> {
  const { id, mounts, state } = record;
  await detachMounts(context, id);
  await context.layers.removeWritable(id);
  await removeImageLayers(context, mounts);
  if (state.removesVolumes === true) await removeAnonymousVolumes(context, record);
}
