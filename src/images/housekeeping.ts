import type { ContentStore } from '../content/content-store.ts';
import { messageOf } from '../errors/engine-error.ts';
import type { Layer } from '../layers/layer-store.ts';
import type { ChainId, Digest } from '../lib/digest.ts';
import type { ImageState } from '../state/images.ts';
import type { ImageLayers } from './image-layers.ts';

/**
 * Takes care that nothing is deleted which work under way is about to refer to. Such work (a load, an import, a save)
 * runs as a session; removals wait until no session runs, and sessions wait for a removal that has begun. What a crash
 * keeps from being removed, the sweep at the next start finds.
 */
export class Housekeeping {
  readonly #state: ImageState;
  readonly #content: ContentStore;
  readonly #layers: ImageLayers;
  readonly #waitingBlobs = new Set<Digest>();
  #sessions = 0;
  #layersWait = false;
  #removal: Promise<unknown> = Promise.resolve();

  constructor(state: ImageState, content: ContentStore, layers: ImageLayers) {
    this.#state = state;
    this.#content = content;
    this.#layers = layers;
  }

  /**
   * Runs work during which blobs and layers that nothing refers to yet are safe. Layers that it leaves unreferenced by
   * failing go at the end.
   */
  async session<T>(work: () => Promise<T>): Promise<T> {
    this.#sessions++;
    await this.#removal;
    let result: T;
    try {
      result = await work();
    } catch (error) {
      this.#layersWait = true;
      throw await this.#endAfter(error);
    }
    await this.#end();
    return result;
  }

  async #end(): Promise<void> {
    this.#sessions--;
    if (this.#sessions === 0) await this.#exclusively(() => this.#removeWaiting());
  }

  async #endAfter(failure: unknown): Promise<unknown> {
    try {
      await this.#end();
      return failure;
    } catch (error) {
      return new AggregateError([failure, error], messageOf(failure));
    }
  }

  /** Deletes those of the blobs that nothing refers to, at once or after the last session. */
  async discard(blobs: Iterable<Digest>): Promise<void> {
    for (const blob of blobs) this.#waitingBlobs.add(blob);
    if (this.#sessions === 0) await this.#exclusively(() => this.#removeWaiting());
  }

  /**
   * Removes a chain of layers as far as nothing needs it, and returns what went. While a session runs it returns
   * nothing: the layers go when that has ended.
   */
  async release(top: ChainId): Promise<Layer[]> {
    if (this.#sessions > 0) {
      this.#layersWait = true;
      return [];
    }
    return this.#exclusively(() => this.#releaseNow(top));
  }

  /** At start, before anything else: everything that no image, layer or container refers to goes. */
  async sweep(): Promise<void> {
    await this.#content.sweep();
    for await (const blob of this.#content.list()) this.#waitingBlobs.add(blob.digest);
    this.#layersWait = true;
    await this.#exclusively(() => this.#removeWaiting());
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#removal.then(work);
    // The failure is the caller's to handle; those behind it only wait for its end.
    this.#removal = turn.catch(() => undefined);
    return turn;
  }

  async #removeWaiting(): Promise<void> {
    if (this.#layersWait) {
      this.#layersWait = false;
      for (const top of this.#state.unusedLayers()) await this.#releaseNow(top);
    }
    const blobs = [...this.#waitingBlobs];
    this.#waitingBlobs.clear();
    await this.#deleteUnreferenced(blobs);
  }

  async #releaseNow(top: ChainId): Promise<Layer[]> {
    const released = await this.#layers.release(top);
    await this.#deleteUnreferenced(released.map((layer) => layer.blob));
    return released;
  }

  async #deleteUnreferenced(blobs: readonly Digest[]): Promise<void> {
    for (const blob of blobs) if (!this.#state.refersTo(blob)) await this.#content.delete(blob);
  }
}
