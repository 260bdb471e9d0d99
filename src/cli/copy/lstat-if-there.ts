import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { CliError } from '../errors.ts';
import { fileErrorText } from '../io/file-error.ts';

/** Undefined when nothing is there. @throws CliError for a path that cannot be looked at. */
export async function lstatIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT') return undefined;
    throw new CliError(fileErrorText('lstat', path, error), 1, { cause: error });
  }
}
