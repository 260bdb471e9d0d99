import type { VolumeRecord } from '../state/volumes.ts';
import type { ContentPlace } from './settle-content.ts';
import type { VolumesContext } from './volume-context.ts';

/** The engine itself as a user of volumes: no container has such an ID. */
const ENGINE = 'engine';

/** Runs `work` while the volume's files are there, mounted if need be. The caller holds the volume's lock. */
export async function whileMounted<T>(
  { mounts }: VolumesContext,
  record: VolumeRecord,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = await mounts.mount(record, ENGINE);
  try {
    return await work(directory);
  } finally {
    await mounts.unmount(record, ENGINE);
  }
}

/** Where new content of a volume is made. Inside of `whileMounted`. */
export function placeOf({ directories, mounts, store }: VolumesContext, name: string): ContentPlace {
  const data = directories.data(name);
  const isMounted = store.get(name).options !== null;
  return {
    data,
    beside: isMounted ? data : directories.base(name),
    isUsed: mounts.usersBut(name, ENGINE) > 0,
  };
}
