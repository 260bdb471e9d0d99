import type { ChainId, DiffId, Digest, ImageId } from '../lib/digest.ts';
import type { ImageReference } from '../lib/image-reference.ts';

/** What registries need to know of an image's configuration. */
export interface ImageSummary {
  readonly id: ImageId;
  readonly topChainId: ChainId | undefined;
  readonly diffIds: readonly DiffId[];
  readonly created: string | undefined;
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | undefined;
  /** For a manifest that is made of it. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The images of this host, as far as registries are concerned; the daemon answers it from its images. */
export interface LocalImageStore {
  /** Work during which blobs and layers that nothing refers to yet are safe. */
  session<T>(work: () => Promise<T>): Promise<T>;
  /** Deletes those of the blobs that nothing refers to, after the last session. */
  discard(blobs: Iterable<Digest>): Promise<void>;
  /** @throws invalid_argument for what is no configuration of a Linux image */
  readConfig(bytes: Uint8Array): ImageSummary;
  /** @throws not_found */
  get(id: ImageId): Promise<ImageSummary>;
  has(id: ImageId): boolean;
  idOf(name: ImageReference): ImageId | undefined;
  /** All names with a tag of the repository (`docker.io/library/busybox`), in their order. */
  tagsOf(repository: string): ImageReference[];
  /**
   * Makes the image, whose layers are here, and gives it the names; another image that had one loses it. `also` is
   * part of the same transaction.
   */
  keep(image: ImageSummary, names: readonly ImageReference[], also: () => void): void;
  publish(action: 'pull' | 'push', reference: ImageReference, id: ImageId | undefined): Promise<void>;
}
