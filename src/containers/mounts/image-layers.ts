import { type ContainerId, randomId } from '../../lib/ids.ts';
import type { ContainersContext } from '../context.ts';
import type { MountPoint } from './mount-point.ts';

/**
 * An image as something to mount: a writable layer of its own keeps the image's layers from going and takes what the
 * container writes there. It is swept like a container's when no record names it. @throws not_found.
 */
export async function withImageLayer({ images, layers }: ContainersContext, point: MountPoint): Promise<MountPoint> {
  const image = await images.resolve(point.source);
  const layer = randomId<ContainerId>();
  await layers.createWritable(layer, image.topChainId);
  return { ...point, name: point.source, source: image.id, layer };
}

/** Idempotent. They must not be in use any more. */
export async function removeImageLayers({ layers }: ContainersContext, mounts: readonly MountPoint[]): Promise<void> {
  for (const { type, layer } of mounts) if (type === 'image') await layers.removeWritable(layer);
}
