import { rename, rm, stat } from 'node:fs/promises';
import { hasCode } from './has-code.ts';

/** `maxFiles` counts the one that is being written. */
export interface LogLimits {
  readonly maxBytes: number;
  readonly maxFiles: number;
}

/** The log before the one that is written has number 1, the one before that 2. */
export function rotatedPath(path: string, number: number): string {
  return number === 0 ? path : `${path}.${number}`;
}

/**
 * Whether a log has reached its size. False while there is none, which is between a rotation and the moment when its
 * writer has opened the next one.
 */
export async function isFull(path: string, { maxBytes }: LogLimits): Promise<boolean> {
  const size = await sizeOf(path);
  return size !== undefined && size >= maxBytes;
}

/**
 * Sets a log aside under the next name, and drops the oldest. Its writer goes on writing into the same file, and must
 * then be told to open a new one: no line is lost in between. With one file nothing is set aside: the writer puts a new
 * one in its place.
 */
export async function setAside(path: string, { maxFiles }: LogLimits): Promise<void> {
  if (maxFiles < 2) return;
  await rm(rotatedPath(path, maxFiles - 1), { force: true });
  for (let number = maxFiles - 2; number >= 0; number--) {
    try {
      await rename(rotatedPath(path, number), rotatedPath(path, number + 1));
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
}

/** Undefined when there is no such file. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
