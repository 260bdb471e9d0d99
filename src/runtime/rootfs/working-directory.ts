import { mkdir, stat } from 'node:fs/promises';
import { internalError, invalidArgument, messageOf } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { resolveInRoot } from '../../sys/paths/rooted-path.ts';

/**
 * Makes a container's working directory where it is missing, with all folders above it: root's, mode 755, whoever the
 * container's user is. Symbolic links on the way stay inside the root file system.
 * @throws internal with Docker's texts when something else is in the way.
 */
export async function makeWorkingDirectory(rootfs: string, path: string): Promise<void> {
  if (!path.startsWith('/'))
    throw invalidArgument(`the working directory '${path}' is invalid, it needs to be an absolute path`);
  try {
    const target = await resolveInRoot(rootfs, path);
    const there = await stat(target).catch((error: unknown) => {
      if (hasErrorCode(error, 'ENOENT')) return undefined;
      throw error;
    });
    if (there === undefined) await mkdir(target, { recursive: true, mode: 0o755 });
    else if (!there.isDirectory()) throw internalError(`Cannot mkdir: ${path} is not a directory`);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOTDIR', 'EEXIST', 'ELOOP')) throw error;
    throw internalError(`Cannot mkdir: ${path}: ${messageOf(error)}`, error);
  }
}
