import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { hasErrorCode } from '../../lib/system-error.ts';
import { CliError } from '../errors.ts';
import { fileErrorText } from './file-error.ts';

/** Undefined when nothing is there. @throws CliError for a path that cannot be looked at. */
export async function lstatIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw new CliError(fileErrorText('lstat', path, error), 1, { cause: error });
  }
}
