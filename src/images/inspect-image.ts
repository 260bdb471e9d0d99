import { internalError } from '../errors/engine-error.ts';
import type { ImageId } from '../lib/digest.ts';
import type { ImageContext } from './image-context.ts';
import type { ImageDocument } from './image-document.ts';
import { namesOf, sizeOf } from './list-images.ts';

export interface ImageDetails {
  readonly document: ImageDocument;
  readonly parentId: ImageId | undefined;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly sizeBytes: number;
  readonly lastTaggedAtMs: number | undefined;
  /** Where its layers' files are, topmost first. */
  readonly directories: readonly string[];
}

/** @throws not_found */
export async function inspectImage(context: ImageContext, image: string): Promise<ImageDetails> {
  const document = await context.catalog.resolve(image);
  const row = context.state.get(document.id);
  if (row === undefined) throw internalError(`image ${document.id} was removed while it was inspected`);
  const layers = row.topChainId === undefined ? [] : context.layers.chain(row.topChainId);
  return {
    document,
    parentId: row.parentId,
    ...namesOf(context, row.id),
    sizeBytes: sizeOf(context.layers, row),
    lastTaggedAtMs: row.lastTaggedAtMs,
    directories: layers.map(({ directory }) => directory).reverse(),
  };
}
