import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { hasErrorCode } from '../lib/system-error.ts';
import { compressedPath, rotatedPath, unfinishedPath } from './rotate-log.ts';

/**
 * Compresses every file of a log that was set aside and is not compressed yet; its writer has gone on to another one.
 * The compressed file takes the place of the plain one when it is whole and on the disk, so that a crash at any point
 * leaves one or both. Both then have the same time of modification, which no other file of the log has: by it a follower
 * finds its place again.
 */
export async function compressRotated(path: string, maxFiles: number): Promise<void> {
  let olderMs = 0;
  for (let number = maxFiles - 1; number > 0; number--) {
    const compressed = compressedPath(path, number);
    try {
      await compress(rotatedPath(path, number), compressed, unfinishedPath(path), olderMs);
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT')) throw error;
    }
    olderMs = (await modifiedMs(compressed)) ?? olderMs;
  }
}

async function modifiedMs(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function compress(plain: string, compressed: string, unfinished: string, olderMs: number): Promise<void> {
  const { mtimeMs, mode } = await stat(plain);
  await pipeline(
    createReadStream(plain),
    createGzip(),
    createWriteStream(unfinished, { mode: mode & 0o777, flush: true }),
  );
  // The kernel's clock ticks every few milliseconds: files may have been written last within one tick.
  const seconds = (Math.max(mtimeMs, olderMs) + 0.001) / 1000;
  for (const file of [plain, unfinished]) await utimes(file, seconds, seconds);
  await rename(unfinished, compressed);
  await rm(plain);
}

/**
 * The content of a compressed file, in one without a name that goes when the handle is closed, and when it was written
 * last. What cannot be decompressed any more ends it. @throws ENOENT; AbortError.
 */
export async function openCompressed(
  path: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly handle: FileHandle; readonly modifiedNs: bigint }> {
  const source = await open(path, 'r');
  const { mtimeNs: modifiedNs } = await source.stat({ bigint: true });
  const temporary = `${path}.${randomBytes(8).toString('hex')}`;
  let handle: FileHandle;
  try {
    handle = await open(temporary, 'wx+', 0o600);
    await rm(temporary);
  } catch (error) {
    await source.close();
    throw error;
  }
  try {
    const keep = async (pieces: AsyncIterable<Buffer>) => {
      for await (const piece of pieces) await handle.writeFile(piece);
    };
    await pipeline(source.createReadStream(), createGunzip(), keep, signal === undefined ? {} : { signal });
  } catch (error) {
    const isDamaged = hasErrorCode(error, 'Z_DATA_ERROR') || hasErrorCode(error, 'Z_BUF_ERROR');
    if (!isDamaged) {
      await handle.close();
      throw error;
    }
  }
  return { handle, modifiedNs };
}
