import type { ContainersContext } from './context.ts';
import type { ContainerRecord } from './record.ts';

export interface ContainerSizes {
  readonly writableBytes: number;
  /** With the image's layers. */
  readonly rootFsBytes: number;
}

export async function sizesOf(context: ContainersContext, record: ContainerRecord): Promise<ContainerSizes> {
  const [writableBytes, image] = await Promise.all([
    context.layers.writableSizeBytes(record.id),
    context.images.resolve(record.imageId),
  ]);
  const layers = image.topChainId === undefined ? [] : context.layers.chain(image.topChainId);
  const imageBytes = layers.reduce((sum, layer) => sum + layer.sizeBytes, 0);
  return { writableBytes, rootFsBytes: imageBytes + writableBytes };
}
