import type { FillTarget, NewLayer } from '../../../layers/make/layer-maker.ts';
import type { FillPick } from '../../../layers/make/make-message.ts';
import type { ChainId } from '../../../lib/digest.ts';
import type { ContainerId } from '../../../lib/ids.ts';
import { randomId } from '../../../lib/ids.ts';
import type { Keep } from '../../cache/build-cache.ts';
import type { SpoolTree } from '../../context/spool-tree.ts';
import type { BuildRun } from '../build-run.ts';
import { openRoot } from '../mounts/open-root.ts';

/** A layer of files that are copied onto `top`. `describe` is told where its root is. */
export function fillLayer(
  run: BuildRun,
  top: ChainId | undefined,
  describe: (root: string) => FillTarget | Promise<FillTarget>,
  keep: Keep,
): Promise<void> {
  return changeLayer(run, top, async (root) => run.backend.maker.fill(root, await describe(root), run.signal), keep);
}

/** A layer of what `change` does to a root file system of layers. Nothing is left of a failure. */
export async function changeLayer(
  run: BuildRun,
  top: ChainId | undefined,
  change: (root: string) => Promise<void>,
  keep: Keep,
): Promise<void> {
  const { layers } = run.backend;
  const id = randomId<ContainerId>();
  await layers.createWritable(id, top);
  try {
    await change(await openRoot(layers, id, top));
  } catch (error) {
    await layers.removeWritable(id);
    throw error;
  }
  await sealLayer(run, id, top, keep);
}

/** Makes a writable layer, to which nobody writes any more, a step's result. */
export async function sealLayer(run: BuildRun, id: ContainerId, top: ChainId | undefined, keep: Keep): Promise<void> {
  const options = { latestSeconds: run.epoch, signal: run.signal };
  const note = (layer: NewLayer | undefined) =>
    keep(layer === undefined ? { top, sizeBytes: 0 } : { top: layer.chainId, sizeBytes: layer.sizeBytes });
  await run.backend.maker.seal(id, options, note);
}

/** A whole tree. */
export function pickOf(tree: SpoolTree, skip: readonly string[]): FillPick {
  const inIndex = skip.map((path) => tree.indexPath(path));
  return { spool: tree.files, source: tree.indexPath(''), name: '', under: '', skip: inIndex, unpack: false };
}
