import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { internalError } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { resolveInRoot } from './rooted-path.ts';

/** linux/fcntl.h: a descriptor that stands for a place, and opens nothing. */
const O_PATH = 0o10000000;

/**
 * Opens a file or folder below another, as a place to mount from. Symbolic links are followed inside `root` and lead
 * nowhere else, whoever changes what is in there meanwhile: the last way is gone step by step, without any link.
 * @throws internal with Docker's text for one that is not there.
 */
export async function openBelow(root: string, subpath: string): Promise<FileHandle> {
  const parts = relative(root, await resolveInRoot(root, subpath))
    .split('/')
    .filter(Boolean);
  let handle = await open(root, O_PATH | constants.O_DIRECTORY);
  try {
    for (const part of parts) {
      const next = await open(`/proc/self/fd/${handle.fd}/${part}`, O_PATH | constants.O_NOFOLLOW);
      await handle.close();
      handle = next;
    }
    if ((await handle.stat()).isSymbolicLink()) throw internalError(`${subpath} was changed while it was looked at`);
    return handle;
  } catch (error) {
    await handle.close();
    if (!hasErrorCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    const path = join(root, subpath);
    throw internalError(`cannot access path ${path}: lstat ${path}: no such file or directory`, error);
  }
}
