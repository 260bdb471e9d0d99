import { lstatSync, readlinkSync } from 'node:fs';

/** What the kernel follows before it gives up. */
const MOST_LINKS = 40;

/**
 * The path that `path` leads to when all symbolic links are followed as a process with the root directory `root` would
 * (empty for the process's own); neither they nor `..` lead out of it. What comes after the last part that is there is
 * taken as it stands. The result is as seen from `root`. Blocks.
 */
export function resolveLinks(root: string, path: string): string {
  const pending = path.split('/').reverse();
  const done: string[] = [];
  for (let links = 0; pending.length > 0; ) {
    const name = pending.pop() ?? '';
    if (name === '..') done.pop();
    if (name === '' || name === '.' || name === '..') continue;
    done.push(name);
    const here = `${root}/${done.join('/')}`;
    if (lstatSync(here, { throwIfNoEntry: false })?.isSymbolicLink() !== true) continue;
    if (++links > MOST_LINKS) throw new Error(`too many links: ${path}`);
    const target = readlinkSync(here);
    done.pop();
    if (target.startsWith('/')) done.length = 0;
    pending.push(...target.split('/').reverse());
  }
  return `/${done.join('/')}`;
}
