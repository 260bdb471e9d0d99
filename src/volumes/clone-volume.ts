import { EngineError } from '../errors/engine-error.ts';
import type { VolumeRecord } from '../state/volumes.ts';
import { createVolume } from './create-volume.ts';
import { copyTree } from './fill-volume.ts';
import { removeVolume } from './remove-volume.ts';
import { putContent } from './settle-content.ts';
import type { VolumesContext } from './volume-context.ts';
import { placeOf, whileMounted } from './while-mounted.ts';

/**
 * Makes a new volume with the files of another, sharing their blocks where the file system can. Labels come along, but
 * no options: the copy is a folder of its own. When it fails there is no new volume.
 * @throws not_found, invalid_argument, conflict when there is a volume of the new name.
 */
export async function cloneVolume(context: VolumesContext, from: string, to: string): Promise<VolumeRecord> {
  const { store, locks, syscalls } = context;
  const source = store.get(from);
  if (to !== '' && store.find(to) !== undefined) throw new EngineError('conflict', `volume ${to} exists already`);
  const labels = to === '' || source.labels === null ? source.labels : withoutAnonymous(source.labels);
  const holder = `clone-${from}-${to}`;
  const record = await createVolume(context, { name: to, driver: '', options: null, labels }, holder);
  try {
    await locks.run(from, () =>
      whileMounted(context, source, (directory) =>
        putContent(syscalls, placeOf(context, record.name), (target) => copyTree(directory, target)),
      ),
    );
  } catch (error) {
    store.release(holder);
    await removeVolume(context, record.name, { force: true });
    throw error;
  }
  store.release(holder);
  return record;
}

/** A volume that is given a name is not anonymous any more. */
function withoutAnonymous(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => name !== 'com.docker.volume.anonymous'));
}
