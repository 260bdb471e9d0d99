import type { ContentStore } from '../../content/content-store.ts';
import type { LocalManifest } from '../../distribution/local-manifests.ts';
import { isEngineError } from '../../errors/engine-error.ts';
import { type Digest, type ImageId, isDigest } from '../../lib/digest.ts';
import { familiarRepository, parseReference, repositoryPath } from '../../lib/image-reference.ts';
import { readBlob } from '../../registry/local/read-blob.ts';
import { isRepositoryName, isTag, type RepositoryName, type Tag } from '../../registry/names.ts';
import type { Descriptor, RegistryContent, ServedBlob, ServedManifest } from '../../registry/registry-content.ts';
import type { ImageState } from '../../state/images.ts';
import type { ImageSharing } from '../wire/lazy-distribution.ts';

interface SharedTag {
  readonly tag: Tag;
  readonly id: ImageId;
}

export interface SharedImagesOptions {
  readonly names: Pick<ImageState, 'tags'>;
  readonly content: ContentStore;
  readonly manifests: ImageSharing;
}

/**
 * The images of this host as a registry has them, with nothing copied: blobs come from where they are. An image is in the
 * repository of its name, which for Docker Hub's is the short one; names whose registry has a port, which no repository
 * can have, are found without their registry. Only what images with a name consist of is given.
 */
export class SharedImages implements RegistryContent {
  readonly #options: SharedImagesOptions;

  constructor(options: SharedImagesOptions) {
    this.#options = options;
  }

  /** Images here have sha256 digests alone. */
  canonical(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async *repositories(after: string): AsyncGenerator<RepositoryName> {
    const names = this.#options.names.tags().map(({ name }) => repositoryOf(name));
    yield* [...new Set(names)]
      .filter((name) => name !== undefined)
      .filter((name) => name > after)
      .sort();
  }

  async tags(name: RepositoryName): Promise<Tag[] | undefined> {
    const tags = this.#tagsOf(name);
    return tags.length === 0 ? undefined : tags.map(({ tag }) => tag).sort();
  }

  async manifest(name: RepositoryName, reference: Tag | Digest): Promise<ServedManifest | undefined> {
    const tags = this.#tagsOf(name);
    const found = isDigest(reference)
      ? await this.#findManifest(tags, reference)
      : await this.#manifestOf(tags.find(({ tag }) => tag === reference));
    return found === undefined ? undefined : { ...found, bytes: Buffer.from(found.bytes) };
  }

  async blob(name: RepositoryName, digest: Digest): Promise<ServedBlob | undefined> {
    const { content } = this.#options;
    if (!(await this.#isShared(name, digest))) return undefined;
    const info = await content.stat(digest);
    if (info === undefined) return undefined;
    return { ...info, read: (range) => readBlob(content.pathOf(digest), digest, range) };
  }

  async referrers(): Promise<Descriptor[]> {
    return [];
  }

  async #isShared(name: RepositoryName, digest: Digest): Promise<boolean> {
    for (const id of idsOf(this.#tagsOf(name))) {
      const manifests = await this.#options.manifests.localManifests(id);
      if (manifests.some(({ blobs }) => blobs.includes(digest))) return true;
    }
    return false;
  }

  async #findManifest(tags: readonly SharedTag[], digest: Digest): Promise<LocalManifest | undefined> {
    for (const id of idsOf(tags)) {
      const manifests = await this.#options.manifests.localManifests(id);
      const found = manifests.find((one) => one.digest === digest);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #manifestOf(tag: SharedTag | undefined): Promise<LocalManifest | undefined> {
    if (tag === undefined) return undefined;
    try {
      // A client that hangs up will ask again: what was compressed until then is kept.
      return await this.#options.manifests.localManifest(tag.id, new AbortController().signal);
    } catch (error) {
      if (isEngineError(error, 'not_found')) return undefined;
      throw error;
    }
  }

  /** Of the names that mean this repository, the whole one wins over those that do so without their registry. */
  #tagsOf(name: RepositoryName): SharedTag[] {
    const whole = parseReference(name).name;
    const tags = this.#options.names.tags().map((one) => ({ ...one, reference: parseReference(one.name) }));
    const exact = tags.filter(({ reference }) => reference.name === whole);
    const chosen = exact.length > 0 ? exact : tags.filter(({ reference }) => repositoryPath(reference.name) === name);
    const [first] = chosen;
    return chosen.flatMap(({ reference, id }) => {
      const { tag } = reference;
      return tag !== undefined && isTag(tag) && reference.name === first?.reference.name ? [{ tag, id }] : [];
    });
  }
}

function repositoryOf(name: string): RepositoryName | undefined {
  const reference = parseReference(name);
  return [familiarRepository(reference), repositoryPath(reference.name)].find(isRepositoryName);
}

function idsOf(tags: readonly SharedTag[]): Set<ImageId> {
  return new Set(tags.map(({ id }) => id));
}
