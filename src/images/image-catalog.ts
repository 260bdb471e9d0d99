import type { ContentStore } from '../content/content-store.ts';
import { imageNotFound } from '../errors/images.ts';
import type { Digest, ImageId } from '../lib/digest.ts';
import { familiarReference, fullName, parseSpecifier, withDefaultTag } from '../lib/image-reference.ts';
import type { ImageState } from '../state/images.ts';
import type { ImageDocument } from './image-document.ts';
import { parseImageDocument } from './image-document.ts';
import type { ImageLookup } from './image-store.ts';

/** As large as any configuration may be; those of real images have a few kilobytes. */
export const CONFIG_LIMIT_BYTES = 16 * 1024 * 1024;
const REMEMBERED = 256;

/** Finds images and reads their configurations, the latest used of which it remembers: an ID's content never changes. */
export class ImageCatalog implements ImageLookup {
  readonly #state: ImageState;
  readonly #content: ContentStore;
  readonly #documents = new Map<ImageId, ImageDocument>();

  constructor(state: ImageState, content: ContentStore) {
    this.#state = state;
    this.#content = content;
  }

  async resolve(reference: string): Promise<ImageDocument> {
    return this.get(this.resolveId(reference));
  }

  /** A full ID, then a name, then the start of an ID: in this order, as Docker. @throws as `resolve`. */
  resolveId(text: string): ImageId {
    const specifier = parseSpecifier(text);
    if (specifier.kind === 'id') {
      if (this.#state.get(specifier.id) !== undefined) return specifier.id;
      throw imageNotFound(specifier.id);
    }
    const reference = withDefaultTag(specifier.reference);
    // A name with both is found by its digest: the tag is a comment then.
    const name = fullName(reference.digest === undefined ? reference : { ...reference, tag: undefined });
    const id = this.#state.idOf(name) ?? this.byPrefix(text);
    if (id === undefined) throw imageNotFound(familiarReference(reference));
    return id;
  }

  /** The only image whose ID starts so, with or without `sha256:`. */
  byPrefix(text: string): ImageId | undefined {
    const [id, another] = this.#state.withPrefix(text.replace(/^sha256:/, ''));
    return another === undefined ? id : undefined;
  }

  /** @throws not_found when the image was removed meanwhile. */
  async get(id: ImageId): Promise<ImageDocument> {
    if (this.#state.get(id) === undefined) throw imageNotFound(id);
    const known = this.#documents.get(id);
    const document =
      known ?? parseImageDocument(await this.#content.readAll(id as string as Digest, CONFIG_LIMIT_BYTES));
    this.#documents.delete(id);
    this.#documents.set(id, document);
    if (this.#documents.size > REMEMBERED) {
      const [oldest] = this.#documents.keys();
      if (oldest !== undefined) this.#documents.delete(oldest);
    }
    return document;
  }
}
