import { posix } from 'node:path';
import { type EngineError, invalidArgument } from '../../../errors/engine-error.ts';
import { matchPaths, type PathMatch } from '../../../layers/spool/match-paths.ts';
import { ignoreRules } from '../../../lib/ignore-rules.ts';
import { nearest } from '../../../lib/suggest.ts';
import { byteStringOf, textOf } from '../../../lib/tar/byte-string.ts';
import type { SpoolTree } from '../../context/spool-tree.ts';
import type { CopySource, CopyStep } from '../../plan/build-plan.ts';

export type PathSource = Extract<CopySource, { readonly kind: 'path' }>;

export function wholePattern({ base, pattern, isPattern }: PathSource) {
  return { pattern: byteStringOf(posix.join(base, pattern)), isPattern };
}

/**
 * What a source of COPY or ADD is in a tree, but for what is ignored. A pattern may fit nothing.
 * @throws invalid_argument, with a near name, for a path that is not there, and a link that leads to nothing.
 */
export function matchSource(
  tree: SpoolTree,
  step: CopyStep,
  source: PathSource,
  ignored: ReadonlySet<string>,
): PathMatch[] {
  const excluded = ignoreRules(step.excludes);
  const lost: string[] = [];
  const all = matchPaths(tree, wholePattern(source), undefined, (path) => lost.push(path));
  const matches = all.filter(({ path }) => !ignored.has(path));
  const missing = lost.find((path) => !ignored.has(path) && !excluded.matches(textOf(posix.basename(path))));
  if (missing !== undefined) throw notFound(tree, textOf(missing), step);
  if (matches.length === 0 && !source.isPattern) throw notFound(tree, source.written, step);
  return matches;
}

function notFound(tree: SpoolTree, written: string, { instruction, from }: CopyStep): EngineError {
  const where = from.kind === 'context' ? 'build context or excluded by .dockerignore' : 'source';
  const wanted = posix.normalize(written).replace(/^\/+/, '');
  // What has the very name and was not found is left out, or a link that leads nowhere, or out of the context.
  const isThere = tree.entry(byteStringOf(wanted)) !== undefined;
  const close = isThere ? undefined : nearestPath(wanted, tree);
  const hint = close === undefined ? '' : `; did you mean ${close}?`;
  return invalidArgument(
    `${instruction} failed: file not found in ${where}: stat ${wanted}: file does not exist${hint}`,
  );
}

function nearestPath(wanted: string, tree: SpoolTree): string | undefined {
  const names = [...tree.entries].map(({ path }) => textOf(path)).filter((path) => path !== '');
  return nearest(wanted, names) ?? names.find((name) => posix.basename(name) === posix.basename(wanted));
}
