import { closingIterable } from '../../lib/closing-iterable.ts';
import type { ChainId } from '../../lib/digest.ts';
import { type ContainerId, randomId } from '../../lib/ids.ts';
import { TAR_END } from '../../lib/tar/tar-writer.ts';
import type { BuilderBackend } from '../backend.ts';

/** The files of layers as one tar. The caller reads it, or ends it by `return`: until then the layers are mounted. */
export async function packImage(
  layers: BuilderBackend['layers'],
  top: ChainId | undefined,
): Promise<AsyncIterable<Uint8Array>> {
  if (top === undefined) return emptyTar();
  const id = randomId<ContainerId>();
  await layers.createWritable(id, top);
  try {
    const root = await layers.mountWritable(id, { volatile: true, isBare: true });
    return closingIterable(layers.tarOf(root), () => layers.removeWritable(id));
  } catch (error) {
    await layers.removeWritable(id);
    throw error;
  }
}

async function* emptyTar(): AsyncGenerator<Uint8Array> {
  yield TAR_END;
}
