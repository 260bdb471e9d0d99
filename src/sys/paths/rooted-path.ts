import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrorCode } from '../../lib/system-error.ts';
import { SyscallError } from '../syscall-error.ts';

/** What the kernel follows before it gives up with ELOOP. */
const MOST_LINKS = 40;
const ELOOP = 40;

/**
 * The host's path of `path` as a process with the root folder `root` sees it: symbolic links are followed, and neither
 * they nor `..` lead out of `root`. The path need not exist; what comes after the last part that does is taken as it
 * stands. Holds only while nobody else changes the tree.
 */
export async function resolveInRoot(root: string, path: string): Promise<string> {
  const pending = path.split('/').reverse();
  const done: string[] = [];
  let links = 0;
  while (pending.length > 0) {
    const name = pending.pop() as string;
    if (name === '' || name === '.') continue;
    if (name === '..') {
      done.pop();
      continue;
    }
    const target = await linkTarget(join(root, ...done, name));
    if (target === undefined) {
      done.push(name);
      continue;
    }
    if (++links > MOST_LINKS) throw new SyscallError('open', ELOOP, path);
    if (target.startsWith('/')) done.length = 0;
    pending.push(...target.split('/').reverse());
  }
  return join(root, ...done);
}

/** @returns undefined for what is no symbolic link, or is not there. */
async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
