import { runChild } from '../sys/child.ts';
import { isEmptyVolume, putContent, settle } from './settle-content.ts';
import type { VolumesContext } from './volume-context.ts';
import { placeOf, whileMounted } from './while-mounted.ts';

/**
 * Copies a folder of an image into a volume that is empty, with owners, modes, times, extended attributes and hard links,
 * its own included. The caller sees to it that nobody changes `source` meanwhile, and that it is a real path.
 * @throws what copying reports, a full disk above all; the volume is as it was then.
 */
export function fillVolume(context: VolumesContext, name: string, source: string): Promise<void> {
  return context.locks.run(name, () =>
    whileMounted(context, context.store.get(name), async () => {
      const place = placeOf(context, name);
      await settle(context.syscalls, place);
      if (!(await isEmptyVolume(place))) return;
      await putContent(context.syscalls, place, (target) => copyTree(source, target));
    }),
  );
}

/** By cp(1), which shares the blocks of files where the file system can (FICLONE), and keeps holes. */
export async function copyTree(source: string, target: string): Promise<void> {
  await runChild('cp', ['-a', '--reflink=auto', '-T', '--', source, target]);
}
