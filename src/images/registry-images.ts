import { invalidArgument, isEngineError } from '../errors/engine-error.ts';
import type { Digest, ImageId } from '../lib/digest.ts';
import {
  familiarReference,
  familiarRepository,
  fullName,
  type ImageReference,
  parseReference,
} from '../lib/image-reference.ts';
import type { ImageContext } from './image-context.ts';
import { createdAtMs, type ImageDocument, parseImageDocument } from './image-document.ts';
import type { Image } from './image-store.ts';

/** What registries need of the images of this host. */
export class RegistryImages {
  readonly #context: ImageContext;

  constructor(context: ImageContext) {
    this.#context = context;
  }

  /** Work during which blobs and layers that nothing refers to yet are safe. */
  session<T>(work: () => Promise<T>): Promise<T> {
    return this.#context.housekeeping.session(work);
  }

  discard(blobs: Iterable<Digest>): Promise<void> {
    return this.#context.housekeeping.discard(blobs);
  }

  /** @throws invalid_argument, also for images of another operating system */
  readConfig(bytes: Uint8Array): ImageDocument {
    const document = parseImageDocument(bytes);
    if (document.os !== 'linux')
      throw invalidArgument(`image operating system "${document.os}" cannot be used on this platform`);
    return document;
  }

  get(id: ImageId): Promise<ImageDocument> {
    return this.#context.catalog.get(id);
  }

  has(id: ImageId): boolean {
    return this.#context.state.get(id) !== undefined;
  }

  idOf(name: ImageReference): ImageId | undefined {
    return this.#context.state.idOf(fullName(name));
  }

  tagsOf(repository: string): ImageReference[] {
    const names = this.#context.state.tagsOf(repository).map(({ name }) => parseReference(name));
    return names.filter(({ digest }) => digest === undefined);
  }

  /** The image and its names appear at once; `also` is part of the same transaction. */
  keep(image: Pick<Image, 'id' | 'topChainId' | 'created'>, names: readonly ImageReference[], also: () => void): void {
    const { state } = this.#context;
    state.transaction(() => {
      state.add({
        id: image.id,
        topChainId: image.topChainId,
        parentId: undefined,
        createdAtMs: createdAtMs(image),
      });
      for (const name of names) state.setName(fullName(name), image.id);
      also();
    });
  }

  /** As Docker: the actor is the name, not the ID. An image that was removed meanwhile has no labels. */
  async publish(action: 'pull' | 'push', reference: ImageReference, id: ImageId | undefined): Promise<void> {
    const { events } = this.#context;
    const labels = id === undefined ? {} : await this.#labels(id);
    const attributes = { ...labels, name: familiarRepository(reference) };
    events.publish({ type: 'image', action, actorId: familiarReference(reference), attributes });
  }

  async #labels(id: ImageId): Promise<Readonly<Record<string, string>>> {
    try {
      return (await this.get(id)).config.Labels ?? {};
    } catch (error) {
      if (isEngineError(error, 'not_found')) return {};
      throw error;
    }
  }
}
