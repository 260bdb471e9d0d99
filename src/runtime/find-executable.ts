import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { invalidArgument } from '../errors/engine-error.ts';

const found = new Map<string, string>();

/**
 * Absolute path of a program on PATH, remembered from the first time on.
 * @throws invalid_argument when there is none.
 */
export function findExecutable(name: string): string {
  const known = found.get(name);
  if (known !== undefined) return known;
  const directories = (process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin').split(delimiter);
  const candidates = isAbsolute(name) ? [name] : directories.map((directory) => join(directory, name));
  const path = candidates.find(isExecutable);
  if (path === undefined) throw invalidArgument(`exec: ${JSON.stringify(name)}: executable file not found in $PATH`);
  found.set(name, path);
  return path;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Whatever the reason is, the program cannot be run from there, and the next folder is asked.
    return false;
  }
}
