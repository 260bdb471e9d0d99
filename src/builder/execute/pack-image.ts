import { closingIterable } from '../../lib/closing-iterable.ts';
import type { ChainId } from '../../lib/digest.ts';
import { type ContainerId, randomId } from '../../lib/ids.ts';
import type { BuilderBackend } from '../backend.ts';
import { openRoot } from './mounts/open-root.ts';

/** The files of layers as one tar. The caller reads it, or ends it by `return`: until then the layers stay open. */
export async function packImage(
  layers: BuilderBackend['layers'],
  top: ChainId | undefined,
): Promise<AsyncIterable<Uint8Array>> {
  const id = randomId<ContainerId>();
  await layers.createWritable(id, top);
  try {
    const root = await openRoot(layers, id, top);
    return closingIterable(layers.tarOf(root), () => layers.removeWritable(id));
  } catch (error) {
    await layers.removeWritable(id);
    throw error;
  }
}
