import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { messageOf } from '../../errors/engine-error.ts';
import { Filters } from '../../lib/filters.ts';
import type { BuildCacheState } from '../../state/build-cache.ts';
import type { BuilderBackend } from '../backend.ts';
import { BuildCache } from '../cache/build-cache.ts';
import { CacheMounts } from '../cache/cache-mounts.ts';
import {
  type CacheUsage,
  cacheUsage,
  type PruneCacheRequest,
  type PruneCacheResult,
  pruneCache,
} from '../cache/prune-cache.ts';
import { type BuildResult, runBuild } from './build.ts';
import type { BuildProgress } from './build-progress.ts';
import type { BuildRequest } from './build-request.ts';
import { packImage } from './pack-image.ts';
import { Slots } from './slots.ts';

export interface BuilderOptions {
  readonly backend: BuilderBackend;
  readonly state: BuildCacheState;
  /** The builder's own directory: contexts under way, and cache mounts. Absolute. */
  readonly root: string;
  /** On a tmpfs: what must never be on a disk. */
  readonly secretDirectory: string;
  /** Where Node keeps the compiled programs of children. */
  readonly compileCache: string;
  readonly contentRoot: string;
  /** What the cache is pruned to after each build; undefined for never. */
  readonly keepBytes: number | undefined;
  readonly warn: (message: string) => void;
}

/** Commands at once, of all builds together: more than there are processors, since many wait for the network. */
const COMMANDS_PER_PROCESSOR = 2;

/** The next build of a row is not held up by it. */
const SYNC_AFTER_MS = 200;

/** Builds images. What builds share lives here: the cache, and the turns of those that run commands. */
export class Builder {
  readonly #options: BuilderOptions;
  readonly #cache: BuildCache;
  readonly #mounts: CacheMounts;
  readonly #slots = new Slots(COMMANDS_PER_PROCESSOR * availableParallelism());
  readonly #running = new Map<string, AbortController>();
  readonly #builds = new Set<Promise<BuildResult>>();
  readonly #closed = new AbortController();
  readonly #discarding = new Set<Promise<void>>();
  #syncing: Promise<void> | undefined;
  #isSyncPlanned = false;
  #bounding: Promise<void> | undefined;

  private constructor(options: BuilderOptions) {
    this.#options = options;
    this.#cache = new BuildCache(options.state);
    this.#mounts = new CacheMounts(options.state, join(options.root, 'mounts'));
  }

  /** What builds of an earlier daemon left goes first. */
  static async open(options: BuilderOptions): Promise<Builder> {
    const builder = new Builder(options);
    await builder.#mounts.sweep();
    builder.#sync(0);
    return builder;
  }

  /** Ends the builds under way; resolves when nothing of them is left. */
  async close(): Promise<void> {
    this.#closed.abort(new Error('the daemon is shutting down'));
    await Promise.allSettled(this.#builds);
    await Promise.all([this.#bounding, ...this.#discarding]);
    this.#options.backend.maker.close();
  }

  usage(): Promise<CacheUsage[]> {
    return cacheUsage({ state: this.#options.state, mounts: this.#mounts });
  }

  prune(request: PruneCacheRequest): Promise<PruneCacheResult> {
    return pruneCache(
      { state: this.#options.state, mounts: this.#mounts, images: this.#options.backend.images },
      request,
    );
  }

  /**
   * Builds an image. The answer comes before what was made is synced: a power cut right after it may cost the image, and
   * never leaves half of one.
   * @throws invalid_argument for the Dockerfile; `RunFailed`; the signal's reason.
   */
  build(request: BuildRequest, id: string, progress: BuildProgress): Promise<BuildResult> {
    const building = this.#build(request, id, progress);
    this.#builds.add(building);
    void building.then(
      () => this.#builds.delete(building),
      () => this.#builds.delete(building),
    );
    return building;
  }

  async #build(request: BuildRequest, id: string, progress: BuildProgress): Promise<BuildResult> {
    const { backend, compileCache, secretDirectory } = this.#options;
    const canceller = new AbortController();
    if (id !== '') this.#running.set(id, canceller);
    const release = backend.maker.hold();
    try {
      return await runBuild(
        {
          backend,
          cache: this.#cache,
          cacheMounts: this.#mounts,
          slots: this.#slots,
          root: this.#work,
          secretDirectory,
          compileCache,
          discard: (folders) => this.#discard(folders),
        },
        { ...request, signal: AbortSignal.any([request.signal, canceller.signal, this.#closed.signal]) },
        progress,
      );
    } finally {
      if (this.#running.get(id) === canceller) this.#running.delete(id);
      this.#sync(SYNC_AFTER_MS);
      this.#bound();
      release();
    }
  }

  /** All files of an image as one tar, without what containers find there to mount on. @throws not_found. */
  async rootfs(image: string): Promise<AsyncIterable<Uint8Array>> {
    const { layers, images } = this.#options.backend;
    const { topChainId } = await images.resolve(image);
    return packImage(layers, topChainId);
  }

  /** Ends the build that was begun with this ID; nothing happens without one. */
  cancel(id: string): void {
    this.#running.get(id)?.abort(new Error('context canceled'));
  }

  get #work(): string {
    return join(this.#options.root, 'work');
  }

  /** Behind the answer: nobody waits for it. What a crash leaves goes at the next start. */
  #discard(folders: readonly string[]): void {
    const removal = setImmediate()
      .then(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))
      .catch((error: unknown) => this.#options.warn(`what a build has left could not be removed: ${messageOf(error)}`))
      .then(() => void this.#discarding.delete(removal));
    this.#discarding.add(removal);
  }

  /**
   * Behind the answer, one at a time, and once for builds in a row. What is made meanwhile is synced by the next; what this
   * daemon does not come to, by the next one.
   */
  #sync(afterMs: number): void {
    if (this.#isSyncPlanned) return;
    this.#isSyncPlanned = true;
    const { backend, contentRoot, warn } = this.#options;
    this.#syncing = (this.#syncing ?? Promise.resolve())
      .then(() => delay(afterMs, undefined, { ref: false }))
      .then(async () => {
        this.#isSyncPlanned = false;
        if (!this.#closed.signal.aborted) await backend.maker.sync(contentRoot);
      })
      .catch((error: unknown) => warn(`what builds have made could not be synced: ${messageOf(error)}`));
  }

  /** One at a time, as above. What goes are steps that no image has, the longest unused first. */
  #bound(): void {
    const { keepBytes, warn } = this.#options;
    if (keepBytes === undefined) return;
    this.#bounding = (this.#bounding ?? Promise.resolve())
      .then(() => this.prune({ all: false, filters: Filters.parse(undefined), keepBytes }))
      .then(() => undefined)
      .catch((error: unknown) => warn(`the build cache could not be pruned: ${messageOf(error)}`));
  }

  /** Resolves when all that was built until now is on the disk. */
  async synced(): Promise<void> {
    await this.#syncing;
  }
}
