import { invalidArgument } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { resolveLinks } from '../archive/resolve-links.ts';

/** As `resolveLinks`, for paths that users have written. @throws invalid_argument where a file is on the way. */
export function followWithin(root: string, path: string): string {
  try {
    return resolveLinks(root, path);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOTDIR')) throw error;
    throw invalidArgument(`${path}: not a directory`, error);
  }
}
