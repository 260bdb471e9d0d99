import { closingIterable } from '../../lib/closing-iterable.ts';
import type { VolumeBackend } from '../../server/routes/volumes/backend.ts';
import type { Engine } from './wire.ts';

/** Volumes for the API: with the containers that use one standing still, where that is asked for. */
export function volumeBackend({ volumes, containers }: Pick<Engine, 'volumes' | 'containers'>): VolumeBackend {
  /** Those that run, and do not stand still already. @returns what lets them go on. */
  const pauseUsers = (name: string): Promise<() => Promise<void>> =>
    containers.standStill(containers.usingVolume(name).filter((id) => containers.isRunning(id)));

  return {
    create: volumes.create,
    get: volumes.get,
    list: volumes.list,
    usersOf: volumes.usersOf,
    directory: volumes.directory,
    remove: volumes.remove,
    prune: volumes.prune,
    import: volumes.import,
    async export(name, { pause }) {
      volumes.get(name);
      const resume = pause ? await pauseUsers(name) : undefined;
      try {
        const archive = await volumes.export(name);
        return resume === undefined ? archive : closingIterable(archive, resume);
      } catch (error) {
        await resume?.();
        throw error;
      }
    },
    async clone(from, to, { pause }) {
      volumes.get(from);
      const resume = pause ? await pauseUsers(from) : undefined;
      try {
        return await volumes.clone(from, to);
      } finally {
        await resume?.();
      }
    },
  };
}
