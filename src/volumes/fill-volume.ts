import { readdir, stat } from 'node:fs/promises';
import { type EngineError, internalError, messageOf } from '../errors/engine-error.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { resolveInRoot } from '../sys/paths/rooted-path.ts';
import { runChild } from '../sys/processes/child.ts';
import { ANONYMOUS_LABEL } from './create-volume.ts';
import { copyAttributes, isEmptyVolume, putContent, settle } from './settle-content.ts';
import type { VolumesContext } from './volume-context.ts';
import { placeOf, whileMounted } from './while-mounted.ts';

/** A place in a mounted root, as processes in there name it. */
export interface FillSource {
  readonly root: string;
  readonly path: string;
}

/**
 * Copies a folder of an image into a volume that is empty, with owners, modes, times, extended attributes and hard
 * links, its own included; one that is not there has nothing to copy. The caller sees to it that nobody changes `from`
 * meanwhile.
 * @throws internal for a file; what copying reports, a full disk above all: the volume is as it was then.
 */
export async function fillVolume(context: VolumesContext, name: string, from: FillSource): Promise<void> {
  const source = await resolveInRoot(from.root, from.path);
  const kind = await kindOf(source);
  if (kind === 'nothing') return;
  if (kind === 'file') throw notAFolder(context, name, source);
  await context.locks.run(name, () =>
    whileMounted(context, context.store.get(name), async () => {
      const place = placeOf(context, name);
      await settle(context.syscalls, place);
      if (!(await isEmptyVolume(place))) return;
      // Mostly there is nothing but the folder: no process, and no wait for the disk.
      if ((await readdir(source)).length === 0) return copyAttributes(context.syscalls, source, place.data);
      await putContent(context.syscalls, place, (target) => copyTree(source, target));
    }),
  );
}

function notAFolder({ store }: VolumesContext, name: string, path: string): EngineError {
  const isAnonymous = Object.hasOwn(store.get(name).labels ?? {}, ANONYMOUS_LABEL);
  return internalError(
    isAnonymous ? `cannot mount volume over existing file, file exists ${path}` : `source ${path} is not directory`,
  );
}

async function kindOf(path: string): Promise<'folder' | 'file' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return 'nothing';
    throw error;
  }
}

/**
 * By cp(1), which shares the blocks of files where the file system can (FICLONE), and keeps holes. It ends with the
 * daemon: the next one finds nobody still writing.
 * @throws internal with what it said first: on a full disk it has a line for every file.
 */
export async function copyTree(source: string, target: string): Promise<void> {
  try {
    await runChild('cp', ['-a', '--reflink=auto', '-T', '--', source, target], { endsWithUs: true });
  } catch (error) {
    const said = messageOf(error);
    throw internalError(`failed to copy files: ${/cp: ([^\n]*)/.exec(said)?.[1] ?? said}`, error);
  }
}
