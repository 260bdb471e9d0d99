import { readdir, rmdir } from 'node:fs/promises';
import { messageOf } from '../errors/engine-error.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { formatDate } from '../lib/timestamps.ts';
import { ANONYMOUS_LABEL } from './create-volume.ts';
import { removeParts } from './hold-part.ts';
import { settle } from './settle-content.ts';
import type { VolumesContext } from './volume-context.ts';

const RANDOM_NAME = /^[0-9a-f]{64}$/;
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/**
 * Brings volumes in order after a crash or a power cut, before containers are: what was removed goes from the disk, and
 * a folder with files in it that no row knows becomes a volume again. A power cut takes the database's last commits
 * with it, but not the files that a container has synced: those are what matters.
 */
export async function adoptVolumes(context: VolumesContext): Promise<void> {
  const { directories, store, warn } = context;
  await directories.prepare();
  await directories.sweep();
  for (const name of await directories.names()) {
    if (store.find(name) !== undefined || !NAME.test(name)) continue;
    if (await removeIfEmpty(context, name)) continue;
    store.insert({
      name,
      createdAt: formatDate(new Date(Math.floor(Date.now() / 1000) * 1000)),
      options: null,
      labels: RANDOM_NAME.test(name) ? { [ANONYMOUS_LABEL]: '' } : null,
    });
    warn(`volume ${name} was found on the disk and is kept`);
  }
}

/**
 * Takes over the mounts of running containers' volumes, unmounts all others, and finishes or takes back what was being
 * filled. `inUse` are the running containers by the volumes that they use.
 */
export async function restoreVolumes(
  context: VolumesContext,
  inUse: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<void> {
  const { directories, mounts, store, syscalls, warn } = context;
  await mounts.restore(inUse);
  await removeParts(directories);
  for (const { name, options } of store.all()) {
    if (options !== null) continue;
    try {
      const place = { data: directories.data(name), beside: directories.base(name), isUsed: mounts.isUsed(name) };
      await settle(syscalls, place);
    } catch (error) {
      warn(`volume ${name} could not be brought in order: ${messageOf(error)}`);
    }
  }
}

/** True when it is gone: it held no files, and nothing is lost. */
async function removeIfEmpty({ directories }: VolumesContext, name: string): Promise<boolean> {
  try {
    if ((await readdir(directories.data(name))).length > 0) return false;
    await rmdir(directories.data(name));
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
  try {
    await rmdir(directories.base(name));
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return true;
    if (hasErrorCode(error, 'ENOTEMPTY', 'ENOTDIR')) return false;
    throw error;
  }
}
