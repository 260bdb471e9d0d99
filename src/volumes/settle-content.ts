import { chmod, chown, lstat, readdir, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrorCode } from '../lib/system-error.ts';
import { runChild } from '../sys/processes/child.ts';
import type { Syscalls } from '../sys/syscalls.ts';
import { deleteTree } from './volume-directories.ts';

/**
 * New content of a volume is made beside it and put in its place when it is whole and on the disk, so that nobody, also
 * after a crash, takes for filled what is half-filled. `FILLING` is not whole: it goes. `FILLED` is: it is put in
 * place.
 */
const FILLING = '.skiff-filling';
const FILLED = '.skiff-filled';

/** A volume's data, and a folder in the same file system where new content is made. */
export interface ContentPlace {
  readonly data: string;
  /** The data's own folder where something is mounted at it. */
  readonly beside: string;
  /** Whether somebody has the data folder itself in hand: then it must stay, and is filled entry by entry. */
  readonly isUsed: boolean;
}

export async function isEmptyVolume({ data }: ContentPlace): Promise<boolean> {
  return (await readdir(data)).every((name) => name === FILLING || name === FILLED);
}

/**
 * Puts into an empty volume what `make` writes into the folder that it is given. Atomic: after a failure, of `make` or
 * of the host, the volume is as it was. What an earlier crash has left must be settled.
 */
export async function putContent(
  syscalls: Syscalls,
  place: ContentPlace,
  make: (target: string) => Promise<void>,
): Promise<void> {
  const [filling, filled] = [join(place.beside, FILLING), join(place.beside, FILLED)];
  try {
    await make(filling);
    // By a child: it may take long. Everything is on the disk before anybody is told of it.
    await runChild('sync', ['-f', filling]);
    await rename(filling, filled);
  } catch (error) {
    await deleteTree(filling);
    throw error;
  }
  await settle(syscalls, place);
}

/**
 * Finishes what a crash has cut short, or takes it back. Idempotent; costs two questions where there is nothing to do.
 */
export async function settle(syscalls: Syscalls, place: ContentPlace): Promise<void> {
  const [filling, filled] = [join(place.beside, FILLING), join(place.beside, FILLED)];
  if (await exists(filling)) await deleteTree(filling);
  if (!(await exists(filled))) return;
  if (place.beside !== place.data && !place.isUsed) {
    try {
      return await rename(filled, place.data);
    } catch (error) {
      // Somebody has put files there meanwhile, whose they stay.
      if (!hasErrorCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    }
  }
  await copyAttributes(syscalls, filled, place.data);
  for (const name of await readdir(filled)) {
    // What is there by now is newer.
    if (!(await exists(join(place.data, name)))) await rename(join(filled, name), join(place.data, name));
  }
  await rmdir(filled).catch((error: unknown) => {
    if (!hasErrorCode(error, 'ENOTEMPTY')) throw error;
    return deleteTree(filled);
  });
}

/** Owner, mode and extended attributes of a folder. */
export async function copyAttributes(syscalls: Syscalls, from: string, to: string): Promise<void> {
  const { uid, gid, mode } = await lstat(from);
  await chown(to, uid, gid);
  await chmod(to, mode & 0o7777);
  for (const name of syscalls.listXattrs(from)) syscalls.setXattr(to, name, syscalls.getXattr(from, name));
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false;
    throw error;
  }
}
