import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContentStore } from '../../content/content-store.ts';
import { layerNotFound } from '../../errors/layers.ts';
import type { ChainId, ImageId } from '../../lib/digest.ts';
import { chainIdOf } from '../../lib/digest.ts';
import type { ContainerId } from '../../lib/ids.ts';
import type { LayerRecord, LayerRecords } from '../../state/layers.ts';
import type { UnsyncedState } from '../../state/unsynced.ts';
import { bootId } from '../../sys/boot-id.ts';
import type { Syscalls } from '../../sys/syscalls.ts';
import { mediaTypeOf } from '../compression.ts';
import type { LayerDirectories } from '../layer-directories.ts';
import { requireRoomOn } from '../require-room.ts';
import type { WritableLayers } from '../writable-layers.ts';
import type { DirectoryRequest } from './make-directory.ts';
import type { FillTarget, PackRequest, Sealed, SealRequest } from './make-message.ts';
import { MakeWorkers } from './make-workers.ts';
import { syncFileSystems } from './sync-file-systems.ts';

export type { FillTarget };
export type PackSource = Omit<PackRequest, 'verb'>;

/** What the record of a layer says of it, before it is kept. */
export type NewLayer = Omit<LayerRecord, 'directory'>;

export interface LayerMakerParts {
  readonly records: LayerRecords;
  readonly unsynced: UnsyncedState;
  readonly directories: LayerDirectories;
  readonly content: ContentStore;
  readonly writable: WritableLayers;
  readonly syscalls: Syscalls;
}

/**
 * Makes read-only layers of writable ones. The files stay where they are and are never copied: an upper directory
 * becomes a layer by a rename, and its tar is made beside it. Nothing is synced here: what is kept is marked until
 * `sync` has run, and what is still marked after a power cut is not trusted.
 */
export class LayerMaker {
  readonly #records: LayerRecords;
  readonly #unsynced: UnsyncedState;
  readonly #directories: LayerDirectories;
  readonly #content: ContentStore;
  readonly #writable: WritableLayers;
  readonly #syscalls: Syscalls;
  readonly #workers: MakeWorkers;

  constructor({ records, unsynced, directories, content, writable, syscalls }: LayerMakerParts) {
    this.#records = records;
    this.#unsynced = unsynced;
    this.#directories = directories;
    this.#content = content;
    this.#writable = writable;
    this.#syscalls = syscalls;
    this.#workers = new MakeWorkers(directories.compileCache);
  }

  /** Keeps the processes that do the work until the returned function is called, once. */
  hold(): () => void {
    return this.#workers.hold();
  }

  /** At the daemon's end. */
  close(): void {
    this.#workers.close();
  }

  anticipate(): void {
    this.#workers.anticipate();
  }

  /** Copies files into a writable layer that is mounted at `root`. @throws invalid_argument as `fillTree`. */
  async fill(root: string, target: FillTarget, signal?: AbortSignal): Promise<void> {
    const { isSmallFill, fillHere } = await import('./small-layer.ts');
    if (isSmallFill(target)) return fillHere(this.#syscalls, root, target);
    await this.#workers.run({ ...target, verb: 'fill', root }, signal);
  }

  /** Puts files of a mounted tree into a spool. */
  async pack(source: PackSource, signal?: AbortSignal): Promise<void> {
    await this.#workers.run({ ...source, verb: 'pack' }, signal);
  }

  /** Makes a directory in a mounted tree, as `makeDirectory`. */
  async makeDirectory(request: DirectoryRequest): Promise<void> {
    const { makeDirectory } = await import('./make-directory.ts');
    makeDirectory(request);
  }

  /** Does to a mounted tree what layers say that are here, one after the other. @throws not_found for one that is not. */
  async applyOnto(root: string, layers: readonly ChainId[], signal?: AbortSignal): Promise<void> {
    const blobs = layers.map((chainId) => {
      const record = this.#records.find(chainId);
      if (record === undefined) throw layerNotFound(chainId);
      return this.#content.pathOf(record.blob);
    });
    await this.#workers.run({ verb: 'apply', root, blobs }, signal);
  }

  /**
   * Makes a read-only layer of a writable one that nobody writes to any more, and takes the writable one away. `keep`
   * runs in the transaction that the layer's record is made in: what it notes and the layer are there together, or
   * neither. Undefined, also for `keep`, when nothing was changed.
   * @returns the chain's new top, which is the old one when nothing was changed.
   * @throws internal when no layer fits on the chain any more.
   */
  async seal(
    id: ContainerId,
    options: { readonly latestSeconds: number | undefined; readonly signal?: AbortSignal },
    keep: (layer: NewLayer | undefined) => void,
  ): Promise<ChainId | undefined> {
    const top = this.#writable.topOf(id);
    const upper = this.#writable.upper(id);
    if ((await readdir(upper)).length === 0) {
      keep(undefined);
      await this.#writable.remove(id);
      return top;
    }
    const blobPath = join(this.#directories.root, 'tmp', `${randomBytes(8).toString('hex')}.tar`);
    try {
      requireRoomOn(this.#records, top);
      const { latestSeconds, signal } = options;
      const sealed = await this.#seal({ verb: 'seal', upper, blobPath, latestSeconds }, signal);
      await this.#writable.unmount(id);
      return await this.#keep(id, { top, upper, blobPath, sealed }, keep);
    } catch (error) {
      await rm(blobPath, { force: true });
      throw error;
    } finally {
      await this.#writable.remove(id);
    }
  }

  async #seal(request: SealRequest, signal: AbortSignal | undefined): Promise<Sealed> {
    const { isSmallTree, sealHere } = await import('./small-layer.ts');
    if (isSmallTree(request.upper)) return sealHere(this.#syscalls, request);
    return (await this.#workers.run(request, signal)) as Sealed;
  }

  async #keep(
    id: ContainerId,
    made: {
      readonly top: ChainId | undefined;
      readonly upper: string;
      readonly blobPath: string;
      readonly sealed: Sealed;
    },
    keep: (layer: NewLayer) => void,
  ): Promise<ChainId> {
    const { top, upper, blobPath, sealed } = made;
    const { diffId, sizeBytes } = sealed;
    const layer: NewLayer = {
      chainId: chainIdOf(top, diffId),
      parent: top,
      diffId,
      blob: diffId,
      mediaType: mediaTypeOf('none'),
      sizeBytes,
    };
    await this.#content.adopt(blobPath, diffId);
    const directory = this.#directories.nextName();
    await this.#directories.adopt(upper, directory);
    const kept = this.#records.insertUnsynced({ ...layer, directory }, bootId(), () => keep(layer));
    if (kept.directory !== directory) await this.#directories.discard(this.#directories.layer(directory));
    return layer.chainId;
  }

  /**
   * Puts what the layer `source` holds on another parent. The files are shared, and nothing is read or written but a
   * record. `keep` runs in the transaction that it is made in. @throws not_found, internal when
   * no layer fits on that parent any more.
   */
  link(source: ChainId, parent: ChainId | undefined, keep: (layer: NewLayer) => void): void {
    requireRoomOn(this.#records, parent);
    this.#records.insertLinked(source, parent, keep);
  }

  /** At start, before anything uses layers: what a power cut may have damaged goes, with all that needs it. */
  forgetUnsynced(): void {
    this.#unsynced.deleteBefore(bootId());
  }

  hasUnsynced(): boolean {
    const { layers, images } = this.#unsynced.all();
    return layers.length + images.length > 0;
  }

  /** Says of an image that it is not on the disk for certain before `sync` has run; in the transaction that keeps it. */
  markUnsynced(id: ImageId): void {
    this.#unsynced.markImage(id, bootId());
  }

  /** Writes all that was made until now to the disk, and takes its marks away. */
  async sync(contentRoot: string): Promise<void> {
    if (!this.hasUnsynced()) return;
    const marked = this.#unsynced.all();
    await syncFileSystems(this.#syscalls, [this.#directories.root, contentRoot]);
    this.#unsynced.markSynced(marked);
  }
}
