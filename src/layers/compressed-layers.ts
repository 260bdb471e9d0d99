import { randomBytes } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContentStore } from '../content/content-store.ts';
import type { LayerRecord, LayerRecords } from '../state/layers.ts';
import { compressionOf, mediaTypeOf } from './compression.ts';
import type { LayerDirectories } from './layer-directories.ts';
import type { CompressedBlob } from './layer-store.ts';
import type { Compressed, CompressRequest } from './make/make-message.ts';
import { MakeWorkers } from './make/make-workers.ts';

/** What takes less time here than a process takes to start. */
const SMALL_BYTES = 4 * 1024 * 1024;

/**
 * Layers in the form that registries keep. Each is compressed once: the blob stays beside the plain one. The work is done
 * by processes of its own, which builds do not wait for.
 */
export class CompressedLayers {
  readonly #records: LayerRecords;
  readonly #directories: LayerDirectories;
  readonly #content: ContentStore;
  readonly #workers: MakeWorkers;

  constructor(records: LayerRecords, directories: LayerDirectories, content: ContentStore) {
    this.#records = records;
    this.#directories = directories;
    this.#content = content;
    this.#workers = new MakeWorkers(directories.compileCache);
  }

  /** Undefined when the layer has not been compressed yet. */
  async find({ blob, mediaType, compressedBlob }: LayerRecord): Promise<CompressedBlob | undefined> {
    const isPlain = compressionOf(mediaType) === 'none';
    const digest = isPlain ? compressedBlob : blob;
    if (digest === undefined) return undefined;
    const info = await this.#content.stat(digest);
    return info === undefined ? undefined : { ...info, mediaType: isPlain ? mediaTypeOf('gzip') : mediaType };
  }

  /** Idempotent. A crash before it ends leaves a file or a blob that nothing names, for the next start to sweep. */
  async make(record: LayerRecord, signal: AbortSignal): Promise<void> {
    if ((await this.find(record)) !== undefined) return;
    const { blob, diffId } = record;
    const blobPath = join(this.#directories.root, 'tmp', `${randomBytes(8).toString('hex')}.gz`);
    try {
      const plainPath = this.#content.pathOf(blob);
      const { digest } = await this.#compress({ verb: 'compress', plainPath, diffId, blobPath }, signal);
      // Its bytes are on the disk. A power cut that loses the name leaves it to be made once more.
      await this.#content.adopt(blobPath, digest);
      this.#records.setCompressedBlob(diffId, digest);
    } finally {
      await rm(blobPath, { force: true });
    }
  }

  async #compress(request: CompressRequest, signal: AbortSignal): Promise<Compressed> {
    if ((await stat(request.plainPath)).size <= SMALL_BYTES) {
      const { compressBlob } = await import('./make/compress-blob.ts');
      return compressBlob(request);
    }
    // For the next layer.
    const letGo = this.#workers.hold();
    try {
      return (await this.#workers.run(request, signal)) as Compressed;
    } finally {
      letGo();
    }
  }
}
