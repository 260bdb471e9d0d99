import type { ContainerId } from '../../lib/ids.ts';
import type { ContainersContext } from '../context.ts';

/**
 * Lets go of what `attachMounts` took, when the container's processes have ended. Idempotent, and every part is tried.
 * @throws the first failure.
 */
export async function detachMounts(
  { store, volumes, layers, events }: ContainersContext,
  id: ContainerId,
): Promise<void> {
  const { mounts } = store.get(id);
  if (mounts.length === 0) return;
  const results = await Promise.allSettled(
    mounts.map(async ({ type, name, layer }) => {
      if (type === 'image') await layers.unmountWritable(layer);
      if (type !== 'volume' || !(await volumes.unmount(name, id))) return;
      events.publish({
        type: 'volume',
        action: 'unmount',
        actorId: name,
        attributes: { container: id, driver: 'local' },
      });
    }),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
