import { posix } from 'node:path';
import { EngineError } from '../../errors/engine-error.ts';
import type { FillPick, ModeChange } from '../../layers/make/make-message.ts';
import { matchPaths } from '../../layers/spool/match-paths.ts';
import type { ChainId } from '../../lib/digest.ts';
import { type IgnoreRules, ignoreRules } from '../../lib/ignore-rules.ts';
import { nearest } from '../../lib/suggest.ts';
import { byteStringOf, textOf } from '../../lib/tar/byte-string.ts';
import type { SpoolTree } from '../context/spool-tree.ts';
import type { CopySource, CopyStep } from '../plan/build-plan.ts';
import type { BuildRun } from './build-run.ts';
import { fetchSource } from './fetch-source.ts';
import { originOf, spoolLayers, type TreeOrigin } from './file-trees.ts';
import { fillLayer } from './fill-layer.ts';
import type { PreparedStep } from './make-step.ts';
import { type Owner, resolveOwner } from './resolve-owner.ts';

type PathSource = Extract<CopySource, { readonly kind: 'path' }>;

/** What is copied, and the digest of its content. */
interface Picked {
  readonly picks: readonly FillPick[];
  readonly digests: readonly string[];
}

/**
 * COPY and ADD. Files of the context are known by their content already; those of other stages are looked for by the
 * stage's layers first, and are only read when these are others than before.
 */
export async function prepareCopy(run: BuildRun, step: CopyStep, below: ChainId | undefined): Promise<PreparedStep> {
  const origin = await originOf(run, step.from);
  const what = [step.instruction, step.destination, step.owner ?? null, step.mode ?? null, step.parents];
  const paths = step.sources.filter((source) => source.kind === 'path');
  const isQuick = origin.kind === 'layers' && paths.length === step.sources.length;
  let picked: Promise<Picked> | undefined;
  const pick = () => (picked ??= pickSources(run, step, origin));
  const byContent = async () => [...what, (await pick()).digests];
  const byLayers = isQuick ? [...what, origin.top ?? null, step.sources, step.excludes] : undefined;
  return {
    input: byLayers ?? (await byContent()),
    ...(isQuick ? { refine: byContent } : {}),
    make: (keep) =>
      fillLayer(
        run,
        below,
        async (root) => {
          const owner = step.owner === undefined ? undefined : await resolveOwner(run, root, step.owner);
          return {
            picks: (await pick()).picks,
            destination: byteStringOf(destinationOf(step)),
            owner: owner ?? ownerFrom(origin),
            archiveOwner: owner,
            mode: modeOf(step),
          };
        },
        keep,
      ),
  };
}

async function pickSources(run: BuildRun, step: CopyStep, origin: TreeOrigin): Promise<Picked> {
  const paths = step.sources.filter((source): source is PathSource => source.kind === 'path');
  const patterns = paths.map(wholePattern);
  const tree = origin.kind === 'spool' ? origin.tree : await spoolLayers(run, origin.top, patterns);
  const all: Picked[] = [];
  for (const source of step.sources) {
    if (source.kind === 'path') all.push(pickPath(run, step, origin, tree, source));
    else all.push(await fetchSource(run, source));
  }
  return { picks: all.flatMap(({ picks }) => picks), digests: all.flatMap(({ digests }) => digests) };
}

function pickPath(run: BuildRun, step: CopyStep, origin: TreeOrigin, tree: SpoolTree, source: PathSource): Picked {
  const { isPattern, unpack, written } = source;
  const owners = origin.kind === 'layers' || origin.ownersCount;
  const excluded = ignoreRules(step.excludes);
  const lost: string[] = [];
  const all = matchPaths(tree, wholePattern(source), undefined, (path) => lost.push(path));
  const matches = all.filter(({ path }) => !isIgnored(run, step, path));
  const missing = lost.find((path) => !isIgnored(run, step, path) && !excluded.matches(textOf(posix.basename(path))));
  if (missing !== undefined) throw notFound(tree, textOf(missing), step);
  if (matches.length === 0 && !isPattern) throw notFound(tree, written, step);
  const picks: FillPick[] = [];
  const digests: string[] = [];
  for (const { path, name, found } of matches) {
    const isDirectory = tree.kindOf(path) === 'directory';
    if (!isDirectory && excluded.matches(textOf(name))) continue;
    const skip = new Set(ignoredBelow(run, step, path));
    if (!excluded.isEmpty && isDirectory) addExcluded(tree, path, excluded, skip);
    const under = step.parents ? underOf(found, source, isDirectory) : '';
    const inIndex = [...skip].map((skipped) => tree.indexPath(skipped));
    picks.push({ spool: tree.files, source: tree.indexPath(path), name, under, skip: inIndex, unpack });
    digests.push(JSON.stringify([name, under, unpack, tree.digest(path, skip, { owners })]));
  }
  return { picks, digests };
}

function wholePattern({ base, pattern, isPattern }: PathSource) {
  return { pattern: byteStringOf(posix.join(base, pattern)), isPattern };
}

function isIgnored(run: BuildRun, { from }: CopyStep, path: string): boolean {
  return from.kind === 'context' && run.ignored.has(path);
}

/** What the context's `.dockerignore` leaves out below a path. */
function ignoredBelow(run: BuildRun, { from }: CopyStep, path: string): string[] {
  if (from.kind !== 'context') return [];
  return [...run.ignored].filter((ignored) => path === '' || ignored.startsWith(`${path}/`));
}

function addExcluded(tree: SpoolTree, path: string, excluded: IgnoreRules, skip: Set<string>): void {
  for (const { path: below } of tree.below(path, skip)) {
    const relative = path === '' ? below : below.slice(path.length + 1);
    if (relative !== '' && excluded.matches(textOf(relative))) skip.add(below);
  }
}

/** The folders of `--parents`, below the pivot. */
function underOf(found: string, { base }: PathSource, isDirectory: boolean): string {
  const cut = base.split('/').filter((part) => part !== '' && part !== '.').length;
  const parts = found.split('/').slice(cut);
  return (isDirectory ? parts : parts.slice(0, -1)).join('/');
}

/** What `--parents` brings along its folders goes into a folder; all else as `cp` does it. */
function destinationOf({ destination, parents }: CopyStep): string {
  return parents && !destination.endsWith('/') ? `${destination}/` : destination;
}

function modeOf({ mode }: CopyStep): ModeChange | undefined {
  if (mode === undefined) return undefined;
  return mode.kind === 'octal' ? { bits: mode.bits } : { symbolic: mode.text };
}

/** What comes from a context belongs to root; what comes from layers to whom it did there. */
function ownerFrom(origin: TreeOrigin): Owner | undefined {
  return origin.kind === 'layers' || origin.ownersCount ? undefined : { uid: 0, gid: 0 };
}

function notFound(tree: SpoolTree, written: string, { instruction, from }: CopyStep): EngineError {
  const where = from.kind === 'context' ? 'build context or excluded by .dockerignore' : 'source';
  const wanted = posix.normalize(written).replace(/^\/+/, '');
  // What has the very name and was not found is left out, or a link that leads nowhere, or out of the context.
  const isThere = tree.entry(byteStringOf(wanted)) !== undefined;
  const close = isThere ? undefined : nearestPath(wanted, tree);
  const hint = close === undefined ? '' : `; did you mean ${close}?`;
  return new EngineError(
    'invalid_argument',
    `${instruction} failed: file not found in ${where}: stat ${wanted}: file does not exist${hint}`,
  );
}

function nearestPath(wanted: string, tree: SpoolTree): string | undefined {
  const names = [...tree.entries].map(({ path }) => textOf(path)).filter((path) => path !== '');
  return nearest(wanted, names) ?? names.find((name) => posix.basename(name) === posix.basename(wanted));
}
