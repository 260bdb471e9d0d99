import type { ChainId } from '../../lib/digest.ts';
import type { ContainerId } from '../../lib/ids.ts';
import { randomId } from '../../lib/ids.ts';
import { newSpool, readSpool } from '../context/receive-archive.ts';
import type { SpoolTree } from '../context/spool-tree.ts';
import type { FileTree } from '../plan/build-plan.ts';
import type { BuildRun } from './build-run.ts';
import { openRoot } from './mounts/open-root.ts';

export interface SourcePattern {
  readonly pattern: string;
  readonly isPattern: boolean;
}

/** Where files come from: a spool that is there, or layers whose files have to be read first. */
export type TreeOrigin =
  | { readonly kind: 'spool'; readonly tree: SpoolTree; readonly ownersCount: boolean; readonly ignoredCount: boolean }
  | { readonly kind: 'layers'; readonly top: ChainId | undefined };

export async function originOf(run: BuildRun, from: FileTree): Promise<TreeOrigin> {
  switch (from.kind) {
    case 'context':
      return { kind: 'spool', tree: run.context, ownersCount: false, ignoredCount: false };
    case 'named-context':
      return { kind: 'spool', tree: await run.namedContext(from.name), ownersCount: false, ignoredCount: true };
    case 'stage':
      return { kind: 'layers', top: (await run.stage(from.id)).top };
    case 'image':
      return { kind: 'layers', top: (await run.backend.images.resolve(from.image.id)).topChainId };
    case 'scratch':
      return { kind: 'layers', top: undefined };
  }
}

/** Reads what the patterns mean in a root file system of layers into a spool. */
export async function spoolLayers(
  run: BuildRun,
  top: ChainId | undefined,
  sources: readonly SourcePattern[],
): Promise<SpoolTree> {
  const spool = await newSpool(run.directory);
  await withLayers(run, top, (root) => run.backend.maker.pack({ root, sources, spool }, run.signal));
  return readSpool(spool);
}

/** The root file system of layers is there as long as `work` goes on; what is written to it is lost. */
export async function withLayers<T>(
  run: BuildRun,
  top: ChainId | undefined,
  work: (root: string) => Promise<T>,
): Promise<T> {
  const { layers } = run.backend;
  const id = randomId<ContainerId>();
  await layers.createWritable(id, top);
  try {
    return await work(await openRoot(layers, id, top));
  } finally {
    await layers.removeWritable(id);
  }
}
