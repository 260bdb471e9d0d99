import type { ChainId, Digest, ImageId } from '../lib/digest.ts';
import type { ImageReference } from '../lib/image-reference.ts';
import { familiarReference, fullName } from '../lib/image-reference.ts';
import type { ImageContext } from './image-context.ts';
import { createdAtMs, parseImageDocument } from './image-document.ts';
import { publishImageEvent } from './image-events.ts';

export interface BuiltImage {
  /** Its configuration, as bytes. */
  readonly config: Uint8Array;
  /** Its topmost layer, which is there. */
  readonly topChainId: ChainId | undefined;
  readonly names: readonly ImageReference[];
  /** Runs in the transaction that keeps the image, whose configuration is not synced: it may be damaged by a power cut. */
  readonly markUnsynced: (id: ImageId) => void;
}

/**
 * Keeps an image that a build has made, under its names. Idempotent, all or nothing; within a session only, since its
 * layers may have nothing yet that refers to them.
 */
export async function keepBuiltImage(context: ImageContext, image: BuiltImage): Promise<ImageId> {
  const { content, state, events, housekeeping } = context;
  const document = parseImageDocument(image.config);
  const { id } = document;
  const isNew = state.get(id) === undefined;
  if (isNew) await content.ingest(once(image.config), { sync: false });
  state.transaction(() => {
    state.add({ id, topChainId: image.topChainId, parentId: undefined, createdAtMs: createdAtMs(document) });
    if (isNew) image.markUnsynced(id);
    for (const name of image.names) state.setName(fullName(name), id, Date.now());
  });
  for (const name of image.names) publishImageEvent(events, 'tag', document, familiarReference(name));
  await housekeeping.discard([id as string as Digest]);
  return id;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
