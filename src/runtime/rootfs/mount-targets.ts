import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasErrorCode } from '../../lib/system-error.ts';
import { resolveInRoot } from '../../sys/paths/rooted-path.ts';
import type { OciMount } from '../oci-spec.ts';

/**
 * Makes the places of mounts in a root where they are missing. The runtimes do that as well, but not through a symbolic
 * link that leads nowhere, which to Docker means a place inside of the root. What lies inside of another mount is left
 * to them: it is not there yet. Nobody else may change the root meanwhile.
 */
export async function makeMountTargets(rootfs: string, mounts: readonly OciMount[]): Promise<void> {
  for (const { destination, source, type } of mounts) {
    if (mounts.some((other) => destination.startsWith(`${other.destination}/`))) continue;
    const path = await resolveInRoot(rootfs, destination);
    if (await exists(path)) continue;
    if (type !== 'bind' || (await stat(source)).isDirectory()) await mkdir(path, { recursive: true, mode: 0o755 });
    else {
      await mkdir(dirname(path), { recursive: true, mode: 0o755 });
      await writeFile(path, '', { mode: 0o644 });
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false;
    // A file in the way, or too many links: for the runtime to tell.
    if (hasErrorCode(error, 'ENOTDIR', 'ELOOP')) return true;
    throw error;
  }
}
