import type { Stats } from 'node:fs';
import { mkdtemp, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CliError } from '../errors.ts';
import { fileErrorText } from './file-error.ts';
import { lstatIfThere } from './lstat-if-there.ts';

/** Refuses a path that cannot become a file, before anything is asked of the daemon. */
export async function checkOutputPath(path: string, failure = 'failed to save image'): Promise<void> {
  const folder = dirname(path);
  await stat(folder).catch((error: unknown) => {
    const reason = fileErrorText('stat', folder, error);
    throw new CliError(`${failure}: invalid output path: ${reason}`, 1, { cause: error });
  });
  const existing = await lstatIfThere(path);
  const kind = existing === undefined || existing.isFile() ? undefined : kindOf(existing);
  if (kind !== undefined) throw new CliError(`${failure}: cannot write to a ${kind}`);
}

/** What a file must not take the place of, in docker's words. */
function kindOf(existing: Stats): string {
  if (existing.isDirectory()) return 'directory';
  if (existing.isCharacterDevice()) return 'character device file';
  if (existing.isBlockDevice()) return 'block device file';
  if (existing.isFIFO()) return 'named pipe (FIFO)';
  return existing.isSocket() ? 'socket' : 'symbolic link directly';
}

/** Writes the bytes beside the path and moves them there when all have arrived: no half file stands under the name. */
export async function writeWholeFile(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const folder = await mkdtemp(join(dirname(path), '.skiff-tmp-'));
  const temporary = join(folder, basename(path));
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      for await (const chunk of chunks) await file.writeFile(chunk);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
