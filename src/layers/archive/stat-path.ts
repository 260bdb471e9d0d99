import { lstatSync } from 'node:fs';
import { basename } from 'node:path/posix';
import { EngineError, internalError, messageOf } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { PathStat } from './archive-message.ts';
import { resolveLinks } from './resolve-links.ts';

const ERRNO_TEXTS: Readonly<Record<string, string>> = {
  ENOTDIR: 'not a directory',
  ENAMETOOLONG: 'file name too long',
  ELOOP: 'too many levels of symbolic links',
};

/** A path of the calling process's root. Blocks. @throws not_found, internal with Docker's text. */
export function statPath(path: string): PathStat {
  try {
    const { mode, size, mtimeNs } = lstatSync(path, { bigint: true });
    const isLink = (mode & 0o170000n) === 0o120000n;
    return {
      name: /(?:^|\/)\.$/.test(path) ? '.' : basename(path) || '/',
      sizeBytes: Number(size),
      mode: Number(mode),
      mtimeNs: String(mtimeNs),
      linkTarget: isLink ? resolveLinks('', path) : '',
    };
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) throw new EngineError('not_found', path, { cause: error });
    throw internalError(`lstat ${path}: ${textOfError(error)}`, error);
  }
}

function textOfError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ERRNO_TEXTS[code] ?? messageOf(error);
}
