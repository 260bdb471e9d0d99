import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { posix, resolve } from 'node:path';
import { CliError } from '../errors.ts';
import { fileErrorText } from '../io/file-error.ts';
import { lstatIfThere } from '../io/lstat-if-there.ts';
import { type CopyInfo, clean, goBase, hasTrailingSlash, keepEnding, rebaseNameOf, splitPath } from './paths.ts';

const MOST_LINKS = 10;

export function absoluteLocalPath(path: string): string {
  return keepEnding(resolve(path), path);
}

async function ask<T>(operation: string, path: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new CliError(fileErrorText(operation, path, error), 1, { cause: error });
  }
}

/** The file to copy: symbolic links on the way to it are followed, itself only when asked for. @throws CliError */
export async function localSource(path: string, followLink: boolean): Promise<CopyInfo> {
  const directory = path.slice(0, path.lastIndexOf('/') + 1);
  const resolved = followLink
    ? rebaseNameOf(path, await ask('lstat', path, realpath(path)))
    : {
        path: `${await ask('lstat', clean(directory), realpath(directory))}/${path.slice(directory.length)}`,
        rebaseName: '',
      };
  const renamed = !followLink && hasTrailingSlash(path) && goBase(path) !== goBase(resolved.path);
  const stats = await ask('lstat', resolved.path, lstat(resolved.path));
  return {
    path: resolved.path.replace(/^\/\//, '/'),
    exists: true,
    isDirectory: stats.isDirectory(),
    rebaseName: renamed ? goBase(path) : resolved.rebaseName,
  };
}

/** Where to copy to: what symbolic links lead to. It need not be there, but its directory must. @throws CliError */
export async function localDestination(original: string): Promise<CopyInfo> {
  let path = original;
  for (let links = 0; ; links++) {
    if (links > MOST_LINKS) throw new CliError(`too many symlinks in ${original}`);
    const stats = await lstatIfThere(path);
    if (stats === undefined) break;
    if (!stats.isSymbolicLink()) return { path, exists: true, isDirectory: stats.isDirectory(), rebaseName: '' };
    path = posix.resolve(splitPath(path).directory, await readlink(path));
  }
  const { directory } = splitPath(path);
  const parent = await ask('stat', directory, stat(directory));
  if (!parent.isDirectory()) throw new CliError('not a directory');
  return { path, exists: false, isDirectory: false, rebaseName: '' };
}

/** @throws CliError for a destination that no copy can go to, before anything is asked of the daemon. */
export async function checkLocalDestination(path: string): Promise<void> {
  const directory = posix.dirname(clean(path));
  await stat(directory).catch(() => {
    throw new CliError(`invalid output path: directory ${JSON.stringify(directory)} does not exist`);
  });
  const there = await stat(path).catch(() => undefined);
  if (there !== undefined && (there.isCharacterDevice() || there.isBlockDevice())) {
    throw new CliError(
      `invalid output path: ${JSON.stringify(path)} must be a directory or a regular file: got a device`,
    );
  }
}
