import { stat } from 'node:fs/promises';
import { internalError } from '../../errors/engine-error.ts';
import { resolveInRoot } from '../../sys/rooted-path.ts';
import { hasErrorCode } from '../../sys/syscall-error.ts';
import type { ContainersContext } from '../context.ts';
import type { ContainerRecord } from '../record.ts';

/**
 * Copies what the image has in their places into the container's volumes that are empty. The container does not run, and
 * its files are mounted for this alone. @throws internal for a place that is a file; what copying reports.
 */
export async function fillVolumes(context: ContainersContext, { id, mounts }: ContainerRecord): Promise<void> {
  const { layers, volumes } = context;
  const empty = mounts.filter(({ type, copiesData, subpath }) => type === 'volume' && copiesData && subpath === '');
  if (empty.length === 0) return;
  const root = await layers.mountWritable(id, { volatile: false });
  try {
    for (const { name, destination, isAnonymous } of empty) {
      const source = await resolveInRoot(root, destination);
      const kind = await kindOf(source);
      if (kind === 'nothing') continue;
      if (kind === 'folder') await volumes.fill(name, source);
      else if (isAnonymous) throw internalError(`cannot mount volume over existing file, file exists ${source}`);
      else throw internalError(`source ${source} is not directory`);
    }
  } finally {
    await layers.unmountWritable(id);
  }
}

async function kindOf(path: string): Promise<'folder' | 'file' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return 'nothing';
    throw error;
  }
}
