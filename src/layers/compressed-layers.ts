import type { ContentStore } from '../content/content-store.ts';
import type { LayerRecord, LayerRecords } from '../state/layers.ts';
import { compress } from './compress.ts';
import { compressionOf, mediaTypeOf } from './compression.ts';
import type { CompressedBlob } from './layer-store.ts';

/** Layers in the form that registries keep. Each is compressed once: the blob stays beside the plain one. */
export class CompressedLayers {
  readonly #records: LayerRecords;
  readonly #content: ContentStore;

  constructor(records: LayerRecords, content: ContentStore) {
    this.#records = records;
    this.#content = content;
  }

  /** Undefined when the layer has not been compressed yet. */
  async find({ blob, mediaType, compressedBlob }: LayerRecord): Promise<CompressedBlob | undefined> {
    const isPlain = compressionOf(mediaType) === 'none';
    const digest = isPlain ? compressedBlob : blob;
    if (digest === undefined) return undefined;
    const info = await this.#content.stat(digest);
    return info === undefined ? undefined : { ...info, mediaType: isPlain ? mediaTypeOf('gzip') : mediaType };
  }

  /** Idempotent. A crash before it ends leaves a blob that nothing names, for the next start to sweep. */
  async make(record: LayerRecord, signal: AbortSignal): Promise<void> {
    if ((await this.find(record)) !== undefined) return;
    const { digest } = await this.#content.ingest(compress(until(signal, this.#content.read(record.blob))));
    this.#records.setCompressedBlob(record.diffId, digest);
  }
}

async function* until(signal: AbortSignal, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    signal.throwIfAborted();
    yield chunk;
  }
}
