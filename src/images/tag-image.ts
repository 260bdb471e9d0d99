import { invalidArgument } from '../errors/engine-error.ts';
import type { ImageReference } from '../lib/image-reference.ts';
import { familiarReference, fullName } from '../lib/image-reference.ts';
import type { ImageContext } from './image-context.ts';
import { publishImageEvent } from './image-events.ts';

/**
 * Gives an image one more name; an image that had the name loses it.
 * @throws not_found
 */
export async function tagImage(context: ImageContext, image: string, name: ImageReference): Promise<void> {
  const { catalog, state, events } = context;
  if (name.tag === undefined) throw invalidArgument('refusing to create a tag with a digest reference');
  const document = await catalog.resolve(image);
  state.setName(fullName(name), document.id, Date.now());
  publishImageEvent(events, 'tag', document, familiarReference(name));
}
