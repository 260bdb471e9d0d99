import { createHash } from 'node:crypto';
import type { ContentStore } from '../content/content-store.ts';
import { internalError } from '../errors/engine-error.ts';
import { layerNotFound } from '../errors/layers.ts';
import type { ChainId } from '../lib/digest.ts';
import type { ContainerId } from '../lib/ids.ts';
import type { StateDatabase } from '../state/database.ts';
import type { LayerRecord } from '../state/layers.ts';
import { LayerRecords } from '../state/layers.ts';
import { UnsyncedState } from '../state/unsynced.ts';
import type { Syscalls } from '../sys/syscalls.ts';
import type { ArchiveSource, ContainerTree, DirectOutput, PathStat, WriteOptions } from './archive/archive-message.ts';
import { ArchiveWorkers } from './archive/archive-workers.ts';
import { readFromTree, receiveIntoTree, sendFromTree, statInTree, writeToTree } from './archive/run-archive.ts';
import { CompressedLayers } from './compressed-layers.ts';
import { compressionOf, decompress } from './compression.ts';
import { type LayerChange, listChanges } from './diff/list-changes.ts';
import { streamTarTree } from './diff/stream-tar-tree.ts';
import { LayerDirectories } from './layer-directories.ts';
import type {
  ApplyRequest,
  CompressedBlob,
  Layer,
  LayerStore,
  MountOptions,
  WritableDirectories,
} from './layer-store.ts';
import { LayerMaker } from './make/layer-maker.ts';
import { ReadOnlyLayers } from './read-only-layers.ts';
import { WritableLayers } from './writable-layers.ts';

export interface LayerStoreOptions {
  /** A directory that is the store's own; it is made where it is missing. */
  readonly root: string;
  readonly content: ContentStore;
  readonly database: StateDatabase;
  readonly syscalls: Syscalls;
  /** Told what goes wrong behind everyone's back. */
  readonly warn: (message: string) => void;
}

export interface Layers {
  readonly store: LayerStore;
  readonly maker: LayerMaker;
}

export function createLayerStore(options: LayerStoreOptions): LayerStore {
  return createLayers(options).store;
}

/** The store, and what makes layers for it. */
export function createLayers(options: LayerStoreOptions): Layers {
  const { root, content, database, syscalls, warn } = options;
  const records = new LayerRecords(database);
  const directories = new LayerDirectories(root, syscalls, warn);
  const store = new OverlayLayerStore(options, records, directories);
  const unsynced = new UnsyncedState(database);
  return {
    store,
    maker: new LayerMaker({ records, unsynced, directories, content, writable: store.writable, syscalls }),
  };
}

/** Layers as directories for overlayfs. */
class OverlayLayerStore implements LayerStore {
  readonly #records: LayerRecords;
  readonly #directories: LayerDirectories;
  readonly #content: ContentStore;
  readonly #readOnly: ReadOnlyLayers;
  readonly #compressed: CompressedLayers;
  readonly #writable: WritableLayers;
  readonly #syscalls: Syscalls;
  readonly #archives: ArchiveWorkers;

  constructor({ content, syscalls }: LayerStoreOptions, records: LayerRecords, directories: LayerDirectories) {
    this.#records = records;
    this.#directories = directories;
    this.#content = content;
    this.#syscalls = syscalls;
    this.#archives = new ArchiveWorkers(directories.compileCache);
    this.#readOnly = new ReadOnlyLayers(this.#records, this.#directories, content);
    this.#compressed = new CompressedLayers(this.#records, directories, content);
    this.#writable = new WritableLayers(this.#records, this.#directories, syscalls, (top) => this.#chain(top));
  }

  get writable(): WritableLayers {
    return this.#writable;
  }

  async apply(request: ApplyRequest): Promise<Layer> {
    return this.#toLayer(await this.#readOnly.apply(request));
  }

  get(chainId: ChainId): Layer {
    return this.#toLayer(this.#find(chainId));
  }

  chain(top: ChainId): Layer[] {
    return this.#chain(top).map((record) => this.#toLayer(record));
  }

  async release(top: ChainId): Promise<Layer[]> {
    return (await this.#readOnly.release(top)).map((record) => this.#toLayer(record));
  }

  compressedBlob(chainId: ChainId): Promise<CompressedBlob | undefined> {
    return this.#compressed.find(this.#find(chainId));
  }

  compress(chainId: ChainId, signal: AbortSignal): Promise<void> {
    return this.#compressed.make(this.#find(chainId), signal);
  }

  async *exportTar(chainId: ChainId): AsyncGenerator<Uint8Array> {
    const { blob, mediaType, diffId } = this.#find(chainId);
    const compression = compressionOf(mediaType);
    // The digest of a plain tar is its diff ID, and the content store checks that.
    if (compression === 'none') return yield* this.#content.read(blob);
    const hash = createHash('sha256');
    for await (const chunk of decompress(this.#content.read(blob), compression)) {
      hash.update(chunk);
      yield chunk;
    }
    const actual = `sha256:${hash.digest('hex')}`;
    if (actual !== diffId) throw internalError(`layer ${chainId} is damaged: its tar hashes to ${actual}`);
  }

  createWritable(id: ContainerId, top: ChainId | undefined): Promise<void> {
    return this.#writable.create(id, top);
  }

  mountWritable(id: ContainerId, options: MountOptions): Promise<string> {
    return this.#writable.mount(id, options);
  }

  unmountWritable(id: ContainerId): Promise<void> {
    return this.#writable.unmount(id);
  }

  removeWritable(id: ContainerId): Promise<void> {
    return this.#writable.remove(id);
  }

  writableDirectories(id: ContainerId): WritableDirectories {
    return this.#writable.directories(id);
  }

  writableSizeBytes(id: ContainerId): Promise<number> {
    return this.#writable.sizeBytes(id);
  }

  diffWritable(id: ContainerId): AsyncIterable<Uint8Array> {
    return streamTarTree({ root: this.#writable.upper(id), whiteouts: true }, this.#directories.compileCache);
  }

  writableChanges(id: ContainerId): Promise<LayerChange[]> {
    const { upper, lower } = this.#writable.directories(id);
    return listChanges(this.#syscalls, upper, lower);
  }

  statPath(tree: ContainerTree, path: string): Promise<PathStat> {
    return statInTree(this.#archives, { ...tree, path, verb: 'stat' });
  }

  readPath(tree: ContainerTree, path: string): ReturnType<LayerStore['readPath']> {
    return readFromTree(this.#archives, this.#syscalls, { ...tree, path, verb: 'read' });
  }

  sendPath(tree: ContainerTree, path: string, output: DirectOutput): Promise<void> {
    return sendFromTree(this.#archives, { ...tree, path, verb: 'send' }, output);
  }

  async exportTree(tree: ContainerTree): Promise<AsyncIterable<Uint8Array>> {
    const request = { ...tree, path: '/', verb: 'export' } as const;
    return (await readFromTree(this.#archives, this.#syscalls, request)).archive;
  }

  writePath(tree: ContainerTree, path: string, archive: ArchiveSource, options: WriteOptions): Promise<void> {
    const request = { ...tree, path, verb: 'write', ...options } as const;
    if ('framing' in archive) return receiveIntoTree(this.#archives, request, archive);
    return writeToTree(this.#archives, this.#syscalls, request, archive);
  }

  tarOf(directory: string): AsyncIterable<Uint8Array> {
    return streamTarTree({ root: directory, whiteouts: false }, this.#directories.compileCache);
  }

  async sweep(known: ReadonlySet<ContainerId>): Promise<void> {
    await this.#writable.sweep(known);
    await this.#directories.sweep(this.#records.directories());
  }

  removed(): Promise<void> {
    return this.#directories.discarded();
  }

  #find(chainId: ChainId): LayerRecord {
    const record = this.#records.find(chainId);
    if (record === undefined) throw layerNotFound(chainId);
    return record;
  }

  #chain(top: ChainId): LayerRecord[] {
    const chain: LayerRecord[] = [];
    for (let next: ChainId | undefined = top; next !== undefined; ) {
      const record = this.#find(next);
      chain.push(record);
      next = record.parent;
    }
    return chain.reverse();
  }

  #toLayer(record: LayerRecord): Layer {
    return { ...record, directory: this.#directories.layer(record.directory) };
  }
}
