import { type FileHandle, open, stat } from 'node:fs/promises';
import { hasErrorCode } from '../lib/system-error.ts';
import { compressedPath, currentLog, rotatedPath } from './rotate-log.ts';

/** One of the files that a log consists of. The caller closes `handle`. */
export interface LogFile {
  readonly handle: FileHandle;
  /** The file's own, whatever its name is by now. */
  readonly inode: bigint;
  /** When it was written last, of a file that was compressed; undefined while it is the plain one. */
  readonly compressedNs: bigint | undefined;
}

/**
 * All files of a log, the oldest first. They are opened from the newest on: one that a rotation renames meanwhile is met
 * a second time, and taken once.
 */
export async function openLogFiles(path: string, signal?: AbortSignal): Promise<LogFile[]> {
  const files: LogFile[] = [];
  try {
    for (let number = 0; ; number++) {
      const file = await openNumber(path, number, signal);
      if (file !== undefined && !(await isAmong(file, files))) files.unshift(file);
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
export async function successorOf(path: string, file: LogFile, signal?: AbortSignal): Promise<LogFile | undefined> {
  let newer: number | undefined;
  for (let number = 0; ; number++) {
    const plain = (await currentLog(rotatedPath(path, number)))?.inode;
    if (plain === file.inode) break;
    const compressed = plain === undefined ? await modifiedNs(compressedPath(path, number)) : undefined;
    if (compressed !== undefined && compressed === (await lastWriteOf(file))) break;
    if (plain !== undefined || compressed !== undefined) newer = number;
    else if (number > 0) break;
  }
  const next = newer === undefined ? undefined : await openNumber(path, newer, signal);
  if (next === undefined || !(await isAmong(next, [file]))) return next;
  // Renamed between the two looks: the next look sees it in its place.
  await next.handle.close();
  return undefined;
}

/** A plain file and what was made of it are one: they were last written at the same time. */
async function isAmong(file: LogFile, files: readonly LogFile[]): Promise<boolean> {
  for (const other of files) {
    if (other.inode === file.inode) return true;
    const isCompressed = file.compressedNs !== undefined || other.compressedNs !== undefined;
    if (isCompressed && (await lastWriteOf(file)) === (await lastWriteOf(other))) return true;
  }
  return false;
}

async function lastWriteOf({ handle, compressedNs }: LogFile): Promise<bigint> {
  return compressedNs ?? (await handle.stat({ bigint: true })).mtimeNs;
}

async function modifiedNs(path: string): Promise<bigint | undefined> {
  try {
    return (await stat(path, { bigint: true })).mtimeNs;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** A plain file goes when the compressed one is whole: that one is looked for second. */
async function openNumber(path: string, number: number, signal: AbortSignal | undefined): Promise<LogFile | undefined> {
  const plain = await openIfThere(rotatedPath(path, number));
  if (plain !== undefined || number === 0) return plain;
  const compressed = compressedPath(path, number);
  if ((await modifiedNs(compressed)) === undefined) return undefined;
  const { openCompressed } = await import('./compressed-log.ts');
  try {
    const { handle, modifiedNs: compressedNs } = await openCompressed(compressed, signal);
    return { handle, inode: (await handle.stat({ bigint: true })).ino, compressedNs };
  } catch (error) {
    // Set aside further meanwhile.
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function openIfThere(path: string): Promise<LogFile | undefined> {
  try {
    const handle = await open(path, 'r');
    return { handle, inode: (await handle.stat({ bigint: true })).ino, compressedNs: undefined };
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
