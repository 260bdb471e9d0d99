import { posix } from 'node:path';

/** The absolute, clean form of a path seen from a folder; `..` stops at the root. No slash at the end. */
export function absolutePath(from: string, path: string): string {
  const joined = posix.resolve('/', from, path);
  return joined;
}

/** The same, ending in `/` exactly when the text says that it is a folder: `dir/`, `dir/.`, `.`, nothing at all. */
export function destinationPath(from: string, path: string): string {
  const clean = absolutePath(from, path);
  const isFolder = path === '' || path === '.' || path.endsWith('/') || path.endsWith('/.') || path.endsWith('/..');
  return isFolder && clean !== '/' ? `${clean}/` : clean;
}

/** Relative to the root of a tree of files, which it never leaves; the root itself is `.`. */
export function pathInTree(path: string): string {
  const clean = absolutePath('/', path).slice(1);
  return clean === '' ? '.' : clean;
}

export function hasWildcards(path: string): boolean {
  return /[*?[]/.test(path.replace(/\\./gs, ''));
}
