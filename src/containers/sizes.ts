import type { ContainersContext } from './context.ts';
import type { ContainerRecord } from './record.ts';

export interface ContainerSizes {
  readonly writableBytes: number;
  /** With the image's layers. */
  readonly rootFsBytes: number;
}

export async function sizesOf(context: ContainersContext, record: ContainerRecord): Promise<ContainerSizes> {
  const writableBytes = await context.layers.writableSizeBytes(record.id);
  const layers = record.topChainId === null ? [] : context.layers.chain(record.topChainId);
  const imageBytes = layers.reduce((sum, layer) => sum + layer.sizeBytes, 0);
  return { writableBytes, rootFsBytes: imageBytes + writableBytes };
}
