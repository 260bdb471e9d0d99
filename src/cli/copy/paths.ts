import { posix } from 'node:path';

/** One side of a copy, as far as it decides where things go. */
export interface CopyInfo {
  readonly path: string;
  readonly exists: boolean;
  readonly isDirectory: boolean;
  /** The name that was asked for, where following a symbolic link has led to another. */
  readonly rebaseName: string;
}

/** A name in the archive, and what stands for it instead. */
export interface Rebase {
  readonly from: string;
  readonly to: string;
}

export function hasTrailingSlash(path: string): boolean {
  return path.endsWith('/');
}

/** The path ends in `.`: it means what is in the directory. */
export function isCurrentDirectory(path: string): boolean {
  return goBase(path) === '.';
}

/** Go's filepath.Base: `.` for nothing, `/` for the root. */
export function goBase(path: string): string {
  if (path === '') return '.';
  return posix.basename(path) || '/';
}

/** Go's filepath.Clean. */
export function clean(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/$/, '');
}

/** A dot or slash at the end means something, and cleaning takes it away. */
export function keepEnding(cleaned: string, original: string): string {
  let path = cleaned;
  if (!isCurrentDirectory(path) && isCurrentDirectory(original)) path += hasTrailingSlash(path) ? '.' : '/.';
  if (!hasTrailingSlash(path) && hasTrailingSlash(original)) path += '/';
  return path;
}

/** The directory and the name in it; the name of `x/.` is the dot. */
export function splitPath(path: string): { readonly directory: string; readonly base: string } {
  const cleaned = clean(path);
  if (!isCurrentDirectory(path) || cleaned === '.') return { directory: posix.dirname(cleaned), base: goBase(cleaned) };
  return { directory: cleaned, base: '.' };
}

/** A followed link's target with the ending of the path that was asked for, and the name to use instead of its own. */
export function rebaseNameOf(path: string, resolved: string): { readonly path: string; readonly rebaseName: string } {
  let target = resolved;
  if (isCurrentDirectory(path) && !isCurrentDirectory(target)) target += '/.';
  if (hasTrailingSlash(path) && !hasTrailingSlash(target)) target += '/';
  return { path: target, rebaseName: goBase(path) === goBase(target) ? '' : goBase(path) };
}

/**
 * Where an archive of the source is to be unpacked, and which names in it change, by docker's rules: into a directory that
 * is there; otherwise beside the destination, under its name.
 * @throws Error with docker's texts
 */
export function placeArchive(
  source: CopyInfo,
  destination: CopyInfo,
): { readonly directory: string; readonly rebase: Rebase | undefined } {
  if (destination.exists && destination.isDirectory) return { directory: destination.path, rebase: undefined };
  if (destination.exists && source.isDirectory) throw new Error('cannot copy directory');
  const asksForDirectory = hasTrailingSlash(destination.path) || isCurrentDirectory(destination.path);
  if (!destination.exists && !source.isDirectory && asksForDirectory) throw new Error('no such directory');
  const { directory, base } = splitPath(destination.path);
  const from = source.rebaseName === '' ? splitPath(source.path).base : source.rebaseName;
  return { directory, rebase: { from, to: base } };
}

/** The first occurrence changes; the root's name is empty in archives. */
export function rebased(name: string, rebase: Rebase | undefined): string {
  if (rebase === undefined) return name;
  return name.replace(rebase.from === '/' ? '' : rebase.from, () => rebase.to);
}
