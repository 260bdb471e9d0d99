import type { ContentStore } from '../content/content-store.ts';
import type { EventSink } from '../events/event-bus.ts';
import type { Layer } from '../layers/layer-store.ts';
import type { ChainId, Digest, ImageId } from '../lib/digest.ts';
import type { Filters } from '../lib/filters.ts';
import type { ImageReference } from '../lib/image-reference.ts';
import type { Report } from '../lib/progress.ts';
import type { StateDatabase } from '../state/database.ts';
import { ImageState } from '../state/images.ts';
import { SettingState } from '../state/settings.ts';
import { type BuiltImage, keepBuiltImage } from './build-image.ts';
import { commitImage } from './commit-image.ts';
import { loadDefaultImage } from './default-image.ts';
import { Housekeeping } from './housekeeping.ts';
import { CONFIG_LIMIT_BYTES, ImageCatalog } from './image-catalog.ts';
import type { ImageContext, ImageUsers } from './image-context.ts';
import type { ImageDocument } from './image-document.ts';
import type { HistoryStep } from './image-history.ts';
import { imageHistory } from './image-history.ts';
import type { ImageLayers } from './image-layers.ts';
import type { CommitRequest, ImageCommits, ImageLookup } from './image-store.ts';
import type { ImportRequest } from './import/import-image.ts';
import type { ImageDetails } from './inspect-image.ts';
import { inspectImage } from './inspect-image.ts';
import type { ImageSummary, ListOptions } from './list-images.ts';
import { listImages } from './list-images.ts';
import type { LoadOptions } from './load/load-images.ts';
import type { PruneResult } from './prune-images.ts';
import { ImagePruner } from './prune-images.ts';
import { RegistryImages } from './registry-images.ts';
import type { RemovedRow, RemoveOptions } from './remove-image.ts';
import { removeImage } from './remove-image.ts';
import { tagImage } from './tag-image.ts';

export interface LocalImagesOptions {
  readonly database: StateDatabase;
  readonly content: ContentStore;
  readonly layers: ImageLayers;
  readonly events: EventSink;
  readonly users: ImageUsers;
}

/** The images of this host; each verb is in a file of its own. */
export class LocalImages implements ImageLookup, ImageCommits {
  readonly #context: ImageContext;
  readonly #settings: SettingState;
  readonly #pruner: ImagePruner;
  readonly forRegistries: RegistryImages;

  constructor({ database, content, layers, events, users }: LocalImagesOptions) {
    const state = new ImageState(database);
    const catalog = new ImageCatalog(state, content);
    const housekeeping = new Housekeeping(state, content, layers);
    this.#context = { content, layers, state, catalog, housekeeping, events, users };
    this.#settings = new SettingState(database);
    this.#pruner = new ImagePruner(this.#context);
    this.forRegistries = new RegistryImages(this.#context);
  }

  /** At start, after the layer store's own sweep and before anything else uses images. */
  sweep(): Promise<void> {
    return this.#context.housekeeping.sweep();
  }

  loadDefault(archivePath: string): Promise<boolean> {
    return loadDefaultImage(this.#context, this.#settings, archivePath);
  }

  resolve(reference: string): Promise<ImageDocument> {
    return this.#context.catalog.resolve(reference);
  }

  count(): number {
    return this.#context.state.count();
  }

  list(options: ListOptions): Promise<ImageSummary[]> {
    return listImages(this.#context, options);
  }

  inspect(image: string): Promise<ImageDetails> {
    return inspectImage(this.#context, image);
  }

  history(image: string): Promise<HistoryStep[]> {
    return imageHistory(this.#context, image);
  }

  tag(image: string, name: ImageReference): Promise<void> {
    return tagImage(this.#context, image, name);
  }

  // What reads and writes archives is loaded when the first one comes or goes: many a daemon sees none.
  async load(body: AsyncIterable<Uint8Array>, report: Report, options: LoadOptions = {}): Promise<void> {
    const { loadImages } = await import('./load/load-images.ts');
    return loadImages(this.#context, body, report, options);
  }

  async save(names: readonly string[]): Promise<AsyncGenerator<Uint8Array>> {
    const { saveImages } = await import('./save/save-images.ts');
    return saveImages(this.#context, names);
  }

  async import(request: ImportRequest, report: Report): Promise<void> {
    const { importImage } = await import('./import/import-image.ts');
    return importImage(this.#context, request, report);
  }

  commit(request: CommitRequest): Promise<ImageId> {
    return commitImage(this.#context, request);
  }

  /** While the work goes on, no blob and no layer goes that nothing refers to yet. */
  session<T>(work: () => Promise<T>): Promise<T> {
    return this.#context.housekeeping.session(work);
  }

  /** An image's configuration, as bytes. @throws not_found. */
  config(id: ImageId): Promise<Uint8Array> {
    return this.#context.content.readAll(id as string as Digest, CONFIG_LIMIT_BYTES);
  }

  /** Only within a session. */
  keep(image: BuiltImage): Promise<ImageId> {
    return keepBuiltImage(this.#context, image);
  }

  /** Removes a chain of layers as far as nothing needs it, at once or when no session runs any more. */
  async releaseLayers(top: ChainId): Promise<readonly Layer[]> {
    return this.#context.housekeeping.release(top);
  }

  remove(image: string, options: RemoveOptions): Promise<RemovedRow[]> {
    return removeImage(this.#context, image, options);
  }

  prune(filters: Filters): Promise<PruneResult> {
    return this.#pruner.prune(filters);
  }
}
