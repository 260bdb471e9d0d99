import { mkdir } from 'node:fs/promises';
import { invalidArgument } from '../errors/engine-error.ts';
import { volumeNotEmpty } from '../errors/volumes.ts';
import { createVolume } from './create-volume.ts';
import { removeVolume } from './remove-volume.ts';
import { isEmptyVolume, putContent, settle } from './settle-content.ts';
import { usersOf, type VolumesContext } from './volume-context.ts';
import { placeOf, whileMounted } from './while-mounted.ts';

/**
 * Fills a volume, which is made where it is missing, from an archive: all of it, or nothing when it breaks off.
 * @throws conflict for a volume that holds files, invalid_argument for a broken archive, none at all, or a bad name.
 */
export async function importVolume(
  context: VolumesContext,
  name: string,
  archive: AsyncIterable<Uint8Array>,
): Promise<void> {
  const wasThere = context.store.find(name) !== undefined;
  await createVolume(context, { name, driver: '', options: null, labels: null });
  try {
    await context.locks.run(name, () => fill(context, name, archive));
  } catch (error) {
    if (!wasThere && usersOf(context, name).length === 0) await removeVolume(context, name, { force: true });
    throw error;
  }
}

function fill(context: VolumesContext, name: string, archive: AsyncIterable<Uint8Array>): Promise<void> {
  return whileMounted(context, context.store.get(name), async () => {
    const place = placeOf(context, name);
    await settle(context.syscalls, place);
    if (!(await isEmptyVolume(place))) throw volumeNotEmpty(name);
    await putContent(context.syscalls, place, async (target) => {
      await mkdir(target, { mode: 0o755 });
      await context.files.unpack(target, notEmpty(archive));
    });
  });
}

/** What an export that failed has left behind is no backup of an empty volume: that has its folder in it. */
async function* notEmpty(archive: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const piece of archive) {
    sizeBytes += piece.length;
    yield piece;
  }
  if (sizeBytes === 0) throw invalidArgument('there is nothing in the archive, not even an end');
}
