import type { EventSink } from '../events/event-bus.ts';
import type { ImageId } from '../lib/digest.ts';
import type { Image } from './image-store.ts';

export type ImageAction = 'tag' | 'untag' | 'delete' | 'import' | 'load' | 'save';

/** As Docker: the image's labels are attributes, and `name` is its ID except where a name was given. */
export function publishImageEvent(events: EventSink, action: ImageAction, image: Image, name: string = image.id): void {
  events.publish({ type: 'image', action, actorId: image.id, attributes: { ...image.config.Labels, name } });
}

/** An image that is gone has no labels any more. */
export function publishImageDeleted(events: EventSink, id: ImageId): void {
  events.publish({ type: 'image', action: 'delete', actorId: id, attributes: { name: id } });
}
