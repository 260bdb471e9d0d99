import type { ContentStore } from '../content/content-store.ts';
import type { EventSink } from '../events/event-bus.ts';
import type { ImageId } from '../lib/digest.ts';
import type { ContainerId } from '../lib/ids.ts';
import type { ImageState } from '../state/images.ts';
import type { Housekeeping } from './housekeeping.ts';
import type { ImageCatalog } from './image-catalog.ts';
import type { ImageLayers } from './image-layers.ts';

export interface ImageUser {
  readonly containerId: ContainerId;
  readonly isRunning: boolean;
}

/** Tells which containers stand on an image; the daemon answers it from its containers. */
export interface ImageUsers {
  containersUsing(imageId: ImageId): readonly ImageUser[];
}

/** What the verbs of this module work on. */
export interface ImageContext {
  readonly content: ContentStore;
  readonly layers: ImageLayers;
  readonly state: ImageState;
  readonly catalog: ImageCatalog;
  readonly housekeeping: Housekeeping;
  readonly events: EventSink;
  readonly users: ImageUsers;
}
