import { close, fstat } from 'node:fs';
import { promisify } from 'node:util';
import { hasErrorCode } from '../../lib/system-error.ts';
import { openRootOf } from '../../sys/mounts/mount-namespace.ts';
import { openInRoot } from '../../sys/paths/open-in-root.ts';

/** As stat(2) gives it. */
export interface PlainStat {
  readonly sizeBytes: number;
  readonly mode: number;
  readonly mtimeNs: string;
}

const SYMLINK = 0o120000n;
const KIND = 0o170000n;

/**
 * Looks at a path as a container's first process sees it, without a process for it.
 * @returns `absent` when nothing is there; undefined for what takes more than a look: a symbolic link, what is mounted in
 * the container, a path that cannot be followed, or a process that has ended.
 */
export async function lookAtPath(pid: number, id: string, path: string): Promise<PlainStat | 'absent' | undefined> {
  const root = await openRootOf(pid, id);
  if (root === undefined) return undefined;
  let place: number | undefined;
  try {
    place = await openInRoot(root.fd, path);
    const { size, mode, mtimeNs } = await promisify(fstat)(place, { bigint: true });
    if ((mode & KIND) === SYMLINK) return undefined;
    return { sizeBytes: Number(size), mode: Number(mode), mtimeNs: String(mtimeNs) };
  } catch (error) {
    return hasErrorCode(error, 'ENOENT') ? 'absent' : undefined;
  } finally {
    if (place !== undefined) await promisify(close)(place);
    await root.close();
  }
}
