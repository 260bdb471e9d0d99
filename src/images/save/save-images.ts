import type { ContentStore } from '../../content/content-store.ts';
import { isEngineError } from '../../errors/engine-error.ts';
import { imageNotFound } from '../../errors/images.ts';
import type { ChainId, DiffId, Digest } from '../../lib/digest.ts';
import { chainIdsOf, hexOf } from '../../lib/digest.ts';
import type { ImageContext } from '../image-context.ts';
import { createdAtMs } from '../image-document.ts';
import { publishImageEvent } from '../image-events.ts';
import type { ImageLayers } from '../image-layers.ts';
import type { SavedImage, SavedLayer } from './archive-index.ts';
import { archiveIndex, blobPath } from './archive-index.ts';
import type { SelectedImage } from './select-images.ts';
import { selectImages } from './select-images.ts';
import { tarEnd, tarHeader, tarPadding } from './tar-header.ts';

/** One blob of the archive: a configuration, a manifest or a layer's tar. */
interface ArchiveBlob {
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly read: () => AsyncIterable<Uint8Array>;
}

/**
 * The images as one archive, the same bytes for the same images. The selection is checked before this resolves; nothing
 * that the archive needs is deleted until its stream has been read or closed. Layers are streamed.
 * @throws not_found, invalid_argument for what the names mean.
 */
export async function saveImages(context: ImageContext, names: readonly string[]): Promise<AsyncGenerator<Uint8Array>> {
  const selected = selectImages(context, names);
  for (const { id } of selected) await context.catalog.get(id);
  return stream(context, selected);
}

async function* stream(context: ImageContext, selected: readonly SelectedImage[]): AsyncGenerator<Uint8Array> {
  const ended = Promise.withResolvers<void>();
  const session = context.housekeeping.session(() => ended.promise);
  try {
    yield* archive(context, selected);
  } finally {
    ended.resolve();
    await session;
  }
}

async function* archive(context: ImageContext, selected: readonly SelectedImage[]): AsyncGenerator<Uint8Array> {
  const { images, blobs } = await collect(context, selected);
  const { manifests, files } = archiveIndex(images);
  for (const [digest, bytes] of manifests) {
    blobs.set(digest, { sizeBytes: bytes.length, mtimeSeconds: 0, read: () => once(bytes) });
  }
  for (const name of blobs.size === 0 ? [] : ['blobs/', 'blobs/sha256/']) {
    yield tarHeader({ name, type: 'directory', sizeBytes: 0, mtimeSeconds: 0 });
  }
  for (const [digest, blob] of [...blobs].sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield tarHeader({ name: blobPath(digest), type: 'file', ...blob });
    yield* blob.read();
    yield tarPadding(blob.sizeBytes);
  }
  for (const [name, bytes] of files) {
    yield Buffer.concat([
      tarHeader({ name, type: 'file', sizeBytes: bytes.length, mtimeSeconds: 0 }),
      bytes,
      tarPadding(bytes.length),
    ]);
  }
  yield tarEnd();
  await publishSaved(context, images);
}

async function collect(
  { content, layers, catalog, state }: ImageContext,
  selected: readonly SelectedImage[],
): Promise<{ images: SavedImage[]; blobs: Map<Digest, ArchiveBlob> }> {
  const images: SavedImage[] = [];
  const blobs = new Map<Digest, ArchiveBlob>();
  const ids = new Set(selected.map(({ id }) => id));
  for (const { id, names } of selected) {
    const document = await catalog.get(id);
    const config = await content.stat(id);
    if (config === undefined) throw imageNotFound(hexOf(id));
    const mtimeSeconds = Math.floor(createdAtMs(document) / 1000);
    blobs.set(id, { sizeBytes: config.sizeBytes, mtimeSeconds, read: () => content.read(id) });
    const savedLayers: SavedLayer[] = [];
    for (const [index, chainId] of chainIdsOf(document.diffIds).entries()) {
      const diffId = document.diffIds[index] as DiffId;
      const sizeBytes = blobs.get(diffId)?.sizeBytes ?? (await tarSize(content, layers, chainId));
      blobs.set(diffId, { sizeBytes, mtimeSeconds, read: () => layers.exportTar(chainId) });
      savedLayers.push({ diffId, sizeBytes });
    }
    const parentId = state.get(id)?.parentId;
    images.push({
      id,
      names,
      configBytes: config.sizeBytes,
      layers: savedLayers,
      annotations: document.annotations,
      parentId: parentId !== undefined && ids.has(parentId) ? parentId : undefined,
    });
  }
  return { images, blobs };
}

/** A tar header comes before the data: the size of a layer that is kept compressed is counted first. */
async function tarSize(content: ContentStore, layers: ImageLayers, chainId: ChainId): Promise<number> {
  const { blob, diffId } = layers.get(chainId);
  if ((blob as string) === diffId) {
    const info = await content.stat(blob);
    if (info !== undefined) return info.sizeBytes;
  }
  let sizeBytes = 0;
  for await (const chunk of layers.exportTar(chainId)) sizeBytes += chunk.length;
  return sizeBytes;
}

/** An image that was removed while it was read has no event. */
async function publishSaved({ catalog, events }: ImageContext, images: readonly SavedImage[]): Promise<void> {
  for (const { id } of images) {
    try {
      publishImageEvent(events, 'save', await catalog.get(id));
    } catch (error) {
      if (!isEngineError(error, 'not_found')) throw error;
    }
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
