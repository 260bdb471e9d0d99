import { invalidArgument, messageOf } from '../../errors/engine-error.ts';
import type { PathPattern } from '../../lib/path-pattern.ts';
import { parsePathPattern } from '../../lib/path-pattern.ts';

/** What the kernel follows before it gives up. */
const MOST_LINKS = 40;

/** A tree of files, on disk or in an index. Paths are byte strings without slashes at their ends; the root is empty. */
export interface PathTree {
  kindOf(path: string): 'directory' | 'symlink' | 'other' | undefined;
  linkTarget(path: string): string;
  /** Of a directory, in the order of their bytes. */
  names(path: string): readonly string[];
}

export interface PathMatch {
  /** With all symbolic links followed. */
  readonly path: string;
  /** The last part of the path as it was found, which is a link's own name. */
  readonly name: string;
  /** The path as it was found, links and all. */
  readonly found: string;
}

interface Step {
  readonly text: string;
  readonly isPattern: boolean;
}

/**
 * What a path or pattern of COPY means: symbolic links on the way and at its end are followed, and neither they nor `..`
 * lead out of the tree. `**` as a whole part stands for any number of folders. `onVisit` is told of every link and folder
 * on the way, `onLost` of links that fit as a whole and lead to nothing, as does a circle of links.
 */
export function matchPaths(
  tree: PathTree,
  source: { readonly pattern: string; readonly isPattern: boolean },
  onVisit: (path: string) => void = () => undefined,
  onLost: (path: string) => void = () => undefined,
): PathMatch[] {
  const matches = new Map<string, PathMatch>();
  const walk = (at: string, found: string, steps: readonly Step[], links: number): void => {
    const [step, ...rest] = steps;
    if (step === undefined) {
      if (!matches.has(found)) matches.set(found, { path: at, name: found.split('/').at(-1) ?? '', found });
      return;
    }
    const enter = (name: string, following: readonly Step[]): void => {
      const path = joined(at, name);
      const kind = tree.kindOf(path);
      if (kind === undefined) return;
      onVisit(path);
      const nowFound = joined(found, name);
      if (kind !== 'symlink') return walk(path, nowFound, following, links);
      const walked = { links: links + 1, onVisit };
      const resolved = links < MOST_LINKS ? follow(tree, at, tree.linkTarget(path), walked) : undefined;
      if (resolved !== undefined) walk(resolved, nowFound, following, links + 1);
      else if (following.length === 0) onLost(path);
    };
    if (tree.kindOf(at) !== 'directory') return;
    if (step.isPattern && step.text === '**') {
      walk(at, found, rest, links);
      for (const name of tree.names(at)) if (tree.kindOf(joined(at, name)) === 'directory') enter(name, steps);
      return;
    }
    if (!step.isPattern) return enter(step.text, rest);
    const pattern = patternOf(step.text);
    for (const name of tree.names(at)) if (pattern.matches(name)) enter(name, rest);
  };
  const parts = source.pattern.split('/').filter((part) => part !== '' && part !== '.');
  const steps = parts.map((text) => ({ text, isPattern: source.isPattern && /[*?[\\]/.test(text) }));
  walk('', '', steps, 0);
  return [...matches.values()];
}

function patternOf(text: string): PathPattern {
  try {
    return parsePathPattern(text);
  } catch (error) {
    throw invalidArgument(messageOf(error), error);
  }
}

/** Where a link leads to; undefined when there is nothing. */
function follow(
  tree: PathTree,
  from: string,
  target: string,
  walk: { links: number; readonly onVisit: (path: string) => void },
): string | undefined {
  let at: string[] = target.startsWith('/') ? [] : from.split('/').filter(Boolean);
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      at.pop();
      continue;
    }
    const path = [...at, part].join('/');
    const kind = tree.kindOf(path);
    if (kind === undefined) return undefined;
    walk.onVisit(path);
    if (kind !== 'symlink') {
      at = [...at, part];
      continue;
    }
    walk.links++;
    if (walk.links > MOST_LINKS) return undefined;
    const resolved = follow(tree, at.join('/'), tree.linkTarget(path), walk);
    if (resolved === undefined) return undefined;
    at = resolved.split('/').filter(Boolean);
  }
  return at.join('/');
}

function joined(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}
