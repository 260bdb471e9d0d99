import type { ChainId } from '../../../lib/digest.ts';
import type { ContainerId } from '../../../lib/ids.ts';
import type { BuilderLayers } from '../../backend.ts';

/**
 * Where the root file system of a writable layer that stands on `top` is: exactly what the layers have, nothing of what
 * containers find there to mount on. On no layers at all it is the writable layer's own directory, with no mount.
 * Whoever has made the writable layer removes it.
 */
export async function openRoot(layers: BuilderLayers, id: ContainerId, top: ChainId | undefined): Promise<string> {
  if (top === undefined) return layers.writableDirectories(id).upper;
  return layers.mountWritable(id, { volatile: true, isBare: true });
}
