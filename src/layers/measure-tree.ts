import { lstat, readdir } from 'node:fs/promises';
import { hasErrorCode } from '../lib/system-error.ts';
import { bytesOf } from '../lib/tar/byte-string.ts';

/**
 * Docker's measure of a layer: the sizes of all files and symbolic links below `path`; a file of several names counts
 * once. What vanishes while it is measured counts nothing.
 */
export async function measureTree(path: Buffer): Promise<number> {
  const counted = new Set<number>();
  const measure = async (directory: string): Promise<number> => {
    let sizeBytes = 0;
    for (const name of await unlessGone(readdir(bytesOf(`${directory}/`), 'latin1'), [])) {
      const child = `${directory}/${name}`;
      const stats = await unlessGone(lstat(bytesOf(child)), undefined);
      if (stats === undefined || counted.has(stats.ino)) continue;
      if (stats.isDirectory()) sizeBytes += await measure(child);
      else {
        if (stats.nlink > 1) counted.add(stats.ino);
        sizeBytes += stats.size;
      }
    }
    return sizeBytes;
  };
  return measure(path.toString('latin1').replace(/\/+$/, ''));
}

async function unlessGone<T>(result: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return otherwise;
    throw error;
  }
}
