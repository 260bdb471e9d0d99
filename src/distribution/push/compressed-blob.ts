import { internalError } from '../../errors/engine-error.ts';
import type { ChainId } from '../../lib/digest.ts';
import type { DistributionContext } from '../context.ts';
import type { PushedLayer } from './build-manifest.ts';

/** A layer in the form that registries keep. It is made where there is none yet: once, whoever asks for it meanwhile. */
export async function compressedBlob(
  { layers, compressions }: Pick<DistributionContext, 'layers' | 'compressions'>,
  chainId: ChainId,
  signal: AbortSignal,
): Promise<PushedLayer> {
  const known = await layers.compressedBlob(chainId);
  if (known !== undefined) return known;
  const open = () => ({ run: (ended: AbortSignal) => layers.compress(chainId, ended), close: () => undefined });
  await compressions.join(layers.get(chainId).diffId, open, () => undefined, signal);
  const made = await layers.compressedBlob(chainId);
  if (made === undefined) throw internalError(`layer ${chainId} was removed while it was compressed`);
  return made;
}
