import type { ContentStore } from '../content/content-store.ts';
import { layerNotFound, wrongDiffId } from '../errors/layers.ts';
import type { ChainId } from '../lib/digest.ts';
import { chainIdOf } from '../lib/digest.ts';
import type { LayerRecord, LayerRecords } from '../state/layers.ts';
import { mediaTypeOf } from './compression.ts';
import type { LayerDirectories } from './layer-directories.ts';
import type { ApplyRequest } from './layer-store.ts';
import { requireRoomOn } from './require-room.ts';
import { UnpackQueue } from './unpack/unpack-queue.ts';

/** A layer that is being applied, for all who want it. */
interface Applying {
  readonly layer: Promise<LayerRecord>;
  readonly controller: AbortController;
  waiting: number;
}

/** Applies and releases layers. A layer is on disk, whole and synced, before there is a record of it. */
export class ReadOnlyLayers {
  readonly #records: LayerRecords;
  readonly #directories: LayerDirectories;
  readonly #content: ContentStore;
  readonly #unpacking: UnpackQueue;
  readonly #applying = new Map<string, Applying>();
  /** Layers that something being applied will stand on, and how many do. */
  readonly #held = new Map<ChainId, number>();

  constructor(records: LayerRecords, directories: LayerDirectories, content: ContentStore) {
    this.#records = records;
    this.#directories = directories;
    this.#content = content;
    this.#unpacking = new UnpackQueue(directories.compileCache);
  }

  async apply(request: ApplyRequest): Promise<LayerRecord> {
    const { parent, blob, diffId, signal } = request;
    signal?.throwIfAborted();
    // With a diff ID the chain ID is known beforehand: layers above this one may then be unpacked beside it.
    const key = diffId === undefined ? `${parent ?? ''} ${blob}` : chainIdOf(parent, diffId);
    const applying = this.#applying.get(key) ?? this.#start(key, request);
    applying.waiting++;
    if (signal === undefined) return await applying.layer;
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    const onAbort = () => {
      applying.waiting--;
      // The last one stays until nothing is written any more; who comes after that begins anew.
      if (applying.waiting > 0) return leave();
      this.#forget(key, applying);
      applying.controller.abort(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const layer = await Promise.race([applying.layer, left]);
      if (layer !== undefined) return layer;
      throw signal.reason;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #start(key: string, request: ApplyRequest): Applying {
    const controller = new AbortController();
    const layer = this.#apply({ ...request, signal: controller.signal }).finally(() => this.#forget(key, applying));
    const applying = { layer, controller, waiting: 0 };
    this.#applying.set(key, applying);
    return applying;
  }

  #forget(key: string, applying: Applying): void {
    if (this.#applying.get(key) === applying) this.#applying.delete(key);
  }

  async #apply(request: ApplyRequest & { readonly signal: AbortSignal }): Promise<LayerRecord> {
    const known = this.#findKnown(request);
    if (known !== undefined) return known;
    const { parent } = request;
    if (parent === undefined) return this.#unpack(request, Promise.resolve());
    const parentReady = this.#applying.get(parent)?.layer;
    if (parentReady === undefined && this.#records.find(parent) === undefined) throw layerNotFound(parent);
    requireRoomOn(this.#records, parent);
    this.#held.set(parent, (this.#held.get(parent) ?? 0) + 1);
    try {
      return await this.#unpack(request, parentReady ?? Promise.resolve());
    } finally {
      const others = (this.#held.get(parent) ?? 1) - 1;
      if (others === 0) this.#held.delete(parent);
      else this.#held.set(parent, others);
    }
  }

  #findKnown({ parent, blob, diffId }: ApplyRequest): LayerRecord | undefined {
    if (diffId !== undefined) {
      const known = this.#records.find(chainIdOf(parent, diffId));
      if (known !== undefined) return known;
    }
    const known = this.#records.findByBlob(parent, blob);
    if (known !== undefined && diffId !== undefined) throw wrongDiffId(diffId, known.diffId);
    return known;
  }

  async #unpack(
    request: ApplyRequest & { readonly signal: AbortSignal },
    parentReady: Promise<unknown>,
  ): Promise<LayerRecord> {
    const { parent, blob, diffId, onProgress, signal } = request;
    const temporary = await this.#directories.makeTemporary();
    try {
      const blobPath = this.#content.pathOf(blob);
      const unpacked = await this.#unpacking.unpack({ blobPath, blob, diffId, target: temporary }, signal, onProgress);
      await parentReady;
      const directory = this.#directories.nextName();
      await this.#directories.promote(temporary, directory);
      const record = this.#records.insert({
        chainId: chainIdOf(parent, unpacked.diffId),
        parent,
        diffId: unpacked.diffId,
        blob,
        mediaType: mediaTypeOf(unpacked.compression),
        sizeBytes: unpacked.sizeBytes,
        directory,
      });
      if (record.directory !== directory) await this.#directories.discard(this.#directories.layer(directory));
      return record;
    } catch (error) {
      await this.#directories.discard(temporary);
      throw error;
    }
  }

  async release(top: ChainId): Promise<LayerRecord[]> {
    const gone = this.#records.release(top, (chainId) => this.#held.has(chainId) || this.#applying.has(chainId));
    for (const { directory, blob, compressedBlob } of gone) {
      if (!this.#records.isDirectoryNamed(directory)) {
        await this.#directories.discard(this.#directories.layer(directory));
      }
      for (const each of compressedBlob === undefined ? [blob] : [blob, compressedBlob]) {
        if (!this.#records.isBlobNamed(each)) await this.#content.delete(each);
      }
    }
    return gone;
  }
}
