import { type FileHandle, open } from 'node:fs/promises';
import { hasCode } from './has-code.ts';
import { currentLog, rotatedPath } from './rotate-log.ts';

/** One of the files that a log consists of. The caller closes `handle`. */
export interface LogFile {
  readonly handle: FileHandle;
  /** The file's own, whatever its name is by now. */
  readonly inode: bigint;
}

/**
 * All files of a log, the oldest first. They are opened from the newest on: one that a rotation renames meanwhile is met
 * a second time, and taken once.
 */
export async function openLogFiles(path: string): Promise<LogFile[]> {
  const files: LogFile[] = [];
  try {
    for (let number = 0; ; number++) {
      const file = await openIfThere(rotatedPath(path, number));
      if (file !== undefined && !files.some(({ inode }) => inode === file.inode)) files.unshift(file);
      else await file?.handle.close();
      // The newest is missing between a rotation and its writer's next line.
      if (file === undefined && number > 0) return files;
    }
  } catch (error) {
    await closeLogFiles(files);
    throw error;
  }
}

export async function closeLogFiles(files: readonly LogFile[]): Promise<void> {
  await Promise.all(files.map(({ handle }) => handle.close()));
}

/**
 * The file that its writer has gone on to after this one; undefined while it writes here. When this one has been dropped
 * meanwhile, the oldest that is left.
 */
export async function successorOf(path: string, { inode }: LogFile): Promise<LogFile | undefined> {
  let newer: string | undefined;
  for (let number = 0; ; number++) {
    const name = rotatedPath(path, number);
    const found = (await currentLog(name))?.inode;
    if (found === inode) break;
    if (found !== undefined) newer = name;
    else if (number > 0) break;
  }
  const next = newer === undefined ? undefined : await openIfThere(newer);
  if (next === undefined || next.inode !== inode) return next;
  // Renamed between the two looks: the next look sees it in its place.
  await next.handle.close();
  return undefined;
}

async function openIfThere(path: string): Promise<LogFile | undefined> {
  try {
    const handle = await open(path, 'r');
    return { handle, inode: (await handle.stat({ bigint: true })).ino };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
