import { closingIterable } from '../lib/closing-iterable.ts';
import { randomId } from '../lib/ids.ts';
import type { VolumesContext } from './volume-context.ts';

/**
 * A volume's files as a tar, its root as `./`. It can be used meanwhile; what is consistent is up to who writes to it.
 * The caller reads it or ends it by `return`. @throws not_found, internal when it cannot be mounted.
 */
export async function exportVolume(context: VolumesContext, name: string): Promise<AsyncIterable<Uint8Array>> {
  const { store, mounts, locks, files } = context;
  const record = store.get(name);
  // A user of its own: the volume stays mounted while it is read, and cannot be removed.
  const reader = `export-${randomId<string>()}`;
  const release = async () => {
    store.release(reader);
    await locks.run(name, () => mounts.unmount(record, reader));
  };
  store.hold(name, reader);
  try {
    const directory = await locks.run(name, () => mounts.mount(record, reader));
    return closingIterable(await files.pack(directory), release);
  } catch (error) {
    await release();
    throw error;
  }
}
