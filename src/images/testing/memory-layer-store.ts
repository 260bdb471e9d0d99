import { createHash } from 'node:crypto';
import type { ContentStore } from '../../content/content-store.ts';
import { layerNotFound, wrongDiffId } from '../../errors/layers.ts';
import type { ApplyRequest, Layer } from '../../layers/layer-store.ts';
import type { ChainId, DiffId } from '../../lib/digest.ts';
import { chainIdOf } from '../../lib/digest.ts';
import { readTar } from '../../lib/tar/tar-reader.ts';
import type { StateDatabase } from '../../state/database.ts';
import type { LayerRecord } from '../../state/layers.ts';
import { LayerRecords } from '../../state/layers.ts';
import type { ImageLayers } from '../image-layers.ts';

/** A layer store that reads archives and keeps records of them, but unpacks nothing: it needs no root and no kernel. */
export class MemoryLayerStore implements ImageLayers {
  readonly #content: ContentStore;
  readonly #records: LayerRecords;
  readonly #pending = new Map<ChainId, Promise<Layer>>();
  #applied = 0;

  constructor(content: ContentStore, database: StateDatabase) {
    this.#content = content;
    this.#records = new LayerRecords(database);
  }

  /** How many layers were really read. */
  get applied(): number {
    return this.#applied;
  }

  /** As with the real store, a layer may be applied while its parent still is. */
  apply(request: ApplyRequest): Promise<Layer> {
    const parent = request.parent === undefined ? undefined : this.#pending.get(request.parent);
    const applied = this.#apply(request, parent);
    if (request.diffId !== undefined) this.#pending.set(chainIdOf(request.parent, request.diffId), applied);
    return applied;
  }

  async #apply({ parent, blob, diffId }: ApplyRequest, below: Promise<Layer> | undefined): Promise<Layer> {
    await below;
    const hash = createHash('sha256');
    const content = this.#content;
    const hashed = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of content.read(blob)) {
        hash.update(chunk);
        yield chunk;
      }
    };
    let sizeBytes = 0;
    for await (const { entry } of readTar(hashed())) sizeBytes += entry.sizeBytes;
    const actual = `sha256:${hash.digest('hex')}` as DiffId;
    if (diffId !== undefined && diffId !== actual) throw wrongDiffId(diffId, actual);
    this.#applied++;
    const chainId = chainIdOf(parent, actual);
    const mediaType = 'application/vnd.oci.image.layer.v1.tar';
    return this.#records.insert({ chainId, parent, diffId: actual, blob, mediaType, sizeBytes, directory: chainId });
  }

  get(chainId: ChainId): LayerRecord {
    const record = this.#records.find(chainId);
    if (record === undefined) throw layerNotFound(chainId);
    return record;
  }

  chain(top: ChainId): Layer[] {
    const layer = this.get(top);
    return [...(layer.parent === undefined ? [] : this.chain(layer.parent)), layer];
  }

  async release(top: ChainId): Promise<Layer[]> {
    return this.#records.release(top, () => false);
  }

  exportTar(chainId: ChainId): AsyncIterable<Uint8Array> {
    return this.#content.read(this.get(chainId).blob);
  }
}
