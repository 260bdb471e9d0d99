import { isEngineError } from '../../errors/engine-error.ts';
import type { ContainersContext } from '../context.ts';
import type { ContainerRecord } from '../record.ts';

/** Removes a container's volumes without a name, as far as no other container has them. Idempotent. */
export async function removeAnonymousVolumes(
  { volumes }: ContainersContext,
  { id, mounts }: Pick<ContainerRecord, 'id' | 'mounts'>,
): Promise<void> {
  for (const { name, isAnonymous } of mounts) {
    if (!isAnonymous || volumes.usersOf(name).some((user) => user !== id)) continue;
    try {
      await volumes.remove(name, { force: true, except: id });
    } catch (error) {
      // Another container has taken it in the meantime.
      if (!isEngineError(error, 'conflict')) throw error;
    }
  }
}
