import { mkdir, readdir, rmdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomId } from '../lib/ids.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { descriptorPath } from '../sys/paths/descriptor-path.ts';
import { openBelow } from '../sys/paths/open-below.ts';
import { MNT_DETACH, MS, type Syscalls, UMOUNT_NOFOLLOW } from '../sys/syscalls.ts';
import type { VolumeDirectories } from './volume-directories.ts';

/** Something to mount that stays what it is until it is closed. */
export interface HeldPath {
  /** Absolute. */
  readonly path: string;
  /** What has been mounted from it stays mounted. */
  close(): Promise<void>;
}

type Parts = { readonly directories: VolumeDirectories; readonly syscalls: Syscalls };

/**
 * A file or folder of a volume, or of an image's root, as something to mount: it is mounted in a place that nobody else
 * writes to, so that whoever moves things about in there from now on changes nothing of it. What a crash leaves of it
 * goes with `removeParts`. @throws internal with Docker's text for one that is not there.
 */
export async function holdPart({ directories, syscalls }: Parts, root: string, subpath: string): Promise<HeldPath> {
  const handle = await openBelow(root, subpath);
  const path = join(directories.parts, randomId<string>());
  try {
    if ((await handle.stat()).isDirectory()) await mkdir(path, { recursive: true });
    else {
      await mkdir(directories.parts, { recursive: true });
      await writeFile(path, '');
    }
    await syscalls.mount({ source: descriptorPath(handle.fd), target: path, flags: MS.BIND | MS.REC });
  } finally {
    await handle.close();
  }
  return { path, close: () => release(syscalls, path) };
}

/** Only at start, when nobody holds any; their mounts are gone by then. */
export async function removeParts({ parts }: VolumeDirectories): Promise<void> {
  await mkdir(parts, { recursive: true, mode: 0o700 });
  for (const name of await readdir(parts)) await remove(join(parts, name));
}

async function release(syscalls: Syscalls, path: string): Promise<void> {
  await syscalls.unmount(path, MNT_DETACH | UMOUNT_NOFOLLOW);
  await remove(path);
}

/** Never what is in it: were it mounted still, that would be the volume's. */
async function remove(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOTDIR')) throw error;
    await unlink(path);
  }
}
