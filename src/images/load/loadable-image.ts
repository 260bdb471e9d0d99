import type { BlobInfo, ContentStore } from '../../content/content-store.ts';
import { invalidArgument, messageOf } from '../../errors/engine-error.ts';
import { brokenImageArchive } from '../../errors/images.ts';
import type { Digest, ImageId } from '../../lib/digest.ts';
import type { ImageReference } from '../../lib/image-reference.ts';
import { CONFIG_LIMIT_BYTES } from '../image-catalog.ts';
import type { ImageDocument } from '../image-document.ts';
import { parseImageDocument } from '../image-document.ts';

/** One image of an archive, whichever format the archive has: all that the archive has is in the content store. */
export interface LoadableImage {
  readonly document: ImageDocument;
  /**
   * The layers, lowest first, as many as the document has diff IDs. Those that are here already need not be in the archive:
   * there are tools that leave them out. @throws invalid_argument when it is asked for one that is not in it
   */
  readonly layers: readonly (() => BlobInfo)[];
  readonly names: readonly ImageReference[];
  readonly parentId: ImageId | undefined;
}

/** @throws invalid_argument for a broken configuration, or one of another operating system. */
export async function readDocument(content: ContentStore, blob: Digest): Promise<ImageDocument> {
  const document = parseImageDocument(await content.readAll(blob, CONFIG_LIMIT_BYTES));
  if (document.os !== 'linux') throw invalidArgument(`cannot load ${document.os} image on linux`);
  return document;
}

/** @throws invalid_argument for what is no JSON, and for more of it than any archive has. */
export async function readJson(content: ContentStore, blob: BlobInfo, path: string): Promise<unknown> {
  try {
    return JSON.parse((await content.readAll(blob.digest, CONFIG_LIMIT_BYTES)).toString());
  } catch (error) {
    throw brokenImageArchive(`${path}: ${messageOf(error)}`, error);
  }
}
