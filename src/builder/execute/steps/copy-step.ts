import type { FillPick, ModeChange } from '../../../layers/make/make-message.ts';
import type { ChainId } from '../../../lib/digest.ts';
import { type IgnoreRules, ignoreRules } from '../../../lib/ignore-rules.ts';
import { byteStringOf, textOf } from '../../../lib/tar/byte-string.ts';
import type { SpoolTree } from '../../context/spool-tree.ts';
import type { CopyStep } from '../../plan/build-plan.ts';
import type { BuildRun } from '../build-run.ts';
import { originOf, spoolLayers, type TreeOrigin } from '../file-trees.ts';
import { fetchSource } from './fetch-source.ts';
import { fillLayer } from './fill-layer.ts';
import type { PreparedStep } from './make-step.ts';
import { matchSource, type PathSource, wholePattern } from './match-source.ts';
import { type Owner, resolveOwner } from './resolve-owner.ts';

const NOTHING: ReadonlySet<string> = new Set();

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
  const owners = origin.kind === 'layers' || origin.ownersCount;
  const excluded = ignoreRules(step.excludes);
  const ignored = step.from.kind === 'context' ? run.ignored : NOTHING;
  const picks: FillPick[] = [];
  const digests: string[] = [];
  for (const { path, name, found } of matchSource(tree, step, source, ignored)) {
    const isDirectory = tree.kindOf(path) === 'directory';
    if (!isDirectory && excluded.matches(textOf(name))) continue;
    const skip = new Set(ignoredBelow(ignored, path));
    if (!excluded.isEmpty && isDirectory) addExcluded(tree, path, excluded, skip);
    const under = step.parents ? underOf(found, source, isDirectory) : '';
    const inIndex = [...skip].map((skipped) => tree.indexPath(skipped));
    const { unpack } = source;
    picks.push({ spool: tree.files, source: tree.indexPath(path), name, under, skip: inIndex, unpack });
    digests.push(JSON.stringify([name, under, unpack, tree.digest(path, skip, { owners })]));
  }
  return { picks, digests };
}

/** What the context's `.dockerignore` leaves out below a path. */
function ignoredBelow(ignored: ReadonlySet<string>, path: string): string[] {
  return [...ignored].filter((one) => path === '' || one.startsWith(`${path}/`));
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
