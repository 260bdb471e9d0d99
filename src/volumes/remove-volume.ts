import { volumeInUse } from '../errors/volumes.ts';
import { LOCAL_DRIVER } from './create-volume.ts';
import { usersOf, type VolumesContext } from './volume-context.ts';

export interface RemoveVolumeOptions {
  /** One that is not there is no error. */
  readonly force: boolean;
  /** A container that is being removed and does not count. */
  readonly except?: string;
}

/**
 * Removes a volume with its files. The row goes first: what a crash leaves after it is found at the next start.
 * @throws not_found, unless `force`; conflict while a container is there that it is for, whether that runs or not.
 */
export function removeVolume(
  context: VolumesContext,
  name: string,
  { force, except }: RemoveVolumeOptions,
): Promise<void> {
  const { store, directories, events, locks } = context;
  return locks.run(name, async () => {
    if (force && store.find(name) === undefined) return;
    store.get(name);
    const users = usersOf(context, name).filter((user) => user !== except);
    if (users.length > 0) throw volumeInUse(name, users);
    store.delete(name);
    events.publish({ type: 'volume', action: 'destroy', actorId: name, attributes: { driver: LOCAL_DRIVER } });
    await directories.remove(name);
  });
}
