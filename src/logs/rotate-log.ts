import { rename, rm, stat } from 'node:fs/promises';
import { hasErrorCode } from '../lib/system-error.ts';

/** `maxFiles` counts the one that is being written. */
export interface LogLimits {
  readonly maxBytes: number;
  readonly maxFiles: number;
  /** Those that were set aside. */
  readonly compress: boolean;
}

/** The log before the one that is written has number 1, the one before that 2. */
export function rotatedPath(path: string, number: number): string {
  return number === 0 ? path : `${path}.${number}`;
}

/** What compressing the file of that number makes of it. */
export function compressedPath(path: string, number: number): string {
  return `${rotatedPath(path, number)}.gz`;
}

/** A compressed file that is not whole yet; what a crash leaves is overwritten by the next one. */
export function unfinishedPath(path: string): string {
  return `${path}.unfinished`;
}

/** The file that a log's writer writes; undefined between a rotation and the moment when it has opened the next one. */
export async function currentLog(
  path: string,
): Promise<{ readonly inode: bigint; readonly sizeBytes: number } | undefined> {
  try {
    const { ino, size } = await stat(path, { bigint: true });
    return { inode: ino, sizeBytes: Number(size) };
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/**
 * Sets a log aside under the next name, and drops the oldest. Its writer goes on writing into the same file, and must
 * then be told to open a new one: no line is lost in between. With one file nothing is set aside: the writer puts a new
 * one in its place.
 */
export async function setAside(path: string, { maxFiles }: Pick<LogLimits, 'maxFiles'>): Promise<void> {
  if (maxFiles < 2) return;
  for (const pathOf of [rotatedPath, compressedPath]) await rm(pathOf(path, maxFiles - 1), { force: true });
  for (let number = maxFiles - 2; number >= 0; number--) {
    for (const pathOf of [rotatedPath, compressedPath])
      await renameIfThere(pathOf(path, number), pathOf(path, number + 1));
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error;
  }
}
