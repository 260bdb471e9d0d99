import { isEngineError } from '../../errors/engine-error.ts';
import { brokenImageArchive } from '../../errors/images.ts';
import { tooManyLayers } from '../../errors/layers.ts';
import { MAX_DEPTH } from '../../layers/layer-store.ts';
import type { ChainId, DiffId, Digest } from '../../lib/digest.ts';
import { chainIdsOf } from '../../lib/digest.ts';
import { shortId } from '../../lib/ids.ts';
import { familiarReference, fullName } from '../../lib/image-reference.ts';
import { isSamePlatform, type Platform, platformText } from '../../lib/platform.ts';
import type { Report } from '../../lib/progress.ts';
import { progressMessage } from '../../lib/progress.ts';
import type { ImageContext } from '../image-context.ts';
import { createdAtMs } from '../image-document.ts';
import { publishImageEvent } from '../image-events.ts';
import type { ImageLayers } from '../image-layers.ts';
import type { ArchiveFiles } from './archive-files.ts';
import { readArchive } from './archive-files.ts';
import { MANIFEST_PATH, readDockerArchive } from './docker-archive.ts';
import { REPOSITORIES_PATH, readLegacyArchive } from './legacy-archive.ts';
import type { LoadableImage } from './loadable-image.ts';
import { INDEX_PATH, readOciLayout } from './oci-layout.ts';
import { readableLayer } from './readable-layer.ts';

export interface LoadOptions {
  readonly platforms?: readonly Platform[];
  /** Comes when nobody waits for the images any more. */
  readonly signal?: AbortSignal;
}

/**
 * Loads all images of an archive: a docker-archive, an OCI image layout or both in one. All or nothing: the images and
 * their names appear in one transaction, and after a failure or a crash nothing of it stays. Layers that are here are
 * not unpacked again. Of `platforms`, where any are given, otherwise all, and of an index those for this host.
 * @throws invalid_argument for an archive that is broken in any way; the signal's reason
 */
export async function loadImages(
  context: ImageContext,
  body: AsyncIterable<Uint8Array>,
  report: Report,
  { platforms = [], signal }: LoadOptions = {},
): Promise<void> {
  await context.housekeeping.session(async () => {
    const blobs = new Set<Digest>();
    try {
      const files = await readArchive(body, context.content, ({ digest }) => blobs.add(digest));
      const keepTrack = (digest: Digest) => blobs.add(digest);
      const images = ofPlatforms(await readImages(context, files, platforms, keepTrack), platforms);
      for (const image of images) await unpackLayers(context, image, report, { onBlob: keepTrack, signal });
      signal?.throwIfAborted();
      keep(context, images, report);
    } finally {
      await context.housekeeping.discard(blobs);
    }
  });
}

async function readImages(
  { content }: ImageContext,
  files: ArchiveFiles,
  platforms: readonly Platform[],
  onBlob: (digest: Digest) => void,
): Promise<LoadableImage[]> {
  if (files.find(MANIFEST_PATH) !== undefined) return readDockerArchive(files, content);
  if (files.find(INDEX_PATH) !== undefined) return readOciLayout(files, content, platforms);
  if (files.find(REPOSITORIES_PATH) !== undefined) return readLegacyArchive(files, content, onBlob);
  throw brokenImageArchive(`it has neither ${MANIFEST_PATH} nor ${INDEX_PATH} nor ${REPOSITORIES_PATH}`);
}

/** @throws invalid_argument when there is none of them: whoever asks for one is not to think that it came */
function ofPlatforms(images: readonly LoadableImage[], platforms: readonly Platform[]): readonly LoadableImage[] {
  if (platforms.length === 0) return images;
  const found = images.filter(({ document }) => platforms.some((platform) => isSamePlatform(document, platform)));
  if (found.length === 0) throw brokenImageArchive(`it holds no image for ${platforms.map(platformText).join(', ')}`);
  return found;
}

async function unpackLayers(
  context: ImageContext,
  image: LoadableImage,
  report: Report,
  { onBlob, signal }: { readonly onBlob: (digest: Digest) => void; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const { layers, content } = context;
  const { diffIds } = image.document;
  if (diffIds.length > MAX_DEPTH) throw tooManyLayers();
  const chainIds = chainIdsOf(diffIds);
  const missing: MissingLayer[] = [];
  for (const [index, blobOf] of image.layers.entries()) {
    const chainId = chainIds[index];
    const diffId = diffIds[index];
    if (chainId === undefined || diffId === undefined || hasLayer(layers, chainId)) continue;
    const { digest, sizeBytes } = blobOf();
    const blob = await readableLayer(content, digest);
    onBlob(blob);
    missing.push({ parent: chainIds[index - 1], diffId, blob, sizeBytes });
  }
  // Side by side, begun in their order: the store makes each wait for the one below it where it must.
  const ends = await Promise.allSettled(missing.map((layer) => unpackLayer(layers, layer, report, signal)));
  // Each must have ended, also after a failure: what failed is removed then, and nothing may still be writing there.
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

interface MissingLayer {
  readonly parent: ChainId | undefined;
  readonly diffId: DiffId;
  readonly blob: Digest;
  /** Of the layer as it is in the archive. */
  readonly sizeBytes: number;
}

async function unpackLayer(
  layers: ImageLayers,
  layer: MissingLayer,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { parent, diffId, blob, sizeBytes: total } = layer;
  const tell = (current: number) => report(progressMessage('Loading layer', shortId(diffId), { current, total }));
  tell(Math.min(total, 32_768));
  await layers.apply({ parent, blob, diffId, ...(signal === undefined ? {} : { signal }) });
  tell(total);
}

function hasLayer(layers: ImageLayers, chainId: ChainId): boolean {
  try {
    layers.get(chainId);
    return true;
  } catch (error) {
    if (isEngineError(error, 'not_found')) return false;
    throw error;
  }
}

function keep({ state, events }: ImageContext, images: readonly LoadableImage[], report: Report): void {
  const messages: string[] = [];
  const ids = new Set(images.map(({ document }) => document.id));
  state.transaction(() => {
    for (const { document, names, parentId } of images) {
      const isParentKnown = parentId !== undefined && (ids.has(parentId) || state.get(parentId) !== undefined);
      state.add({
        id: document.id,
        topChainId: document.topChainId,
        parentId: isParentKnown ? parentId : undefined,
        createdAtMs: createdAtMs(document),
      });
      for (const name of names) {
        const before = state.idOf(fullName(name));
        if (before !== undefined && before !== document.id) {
          messages.push(
            `The image ${familiarReference(name)} already exists, renaming the old one with ID ${before} to empty string\n`,
          );
        }
        state.setName(fullName(name), document.id);
        messages.push(`Loaded image: ${familiarReference(name)}\n`);
      }
    }
  });
  for (const { document } of images) publishImageEvent(events, 'load', document);
  for (const stream of messages) report({ stream });
  if (images.at(-1)?.names.length !== 0) return;
  report({ stream: images.map(({ document }) => `Loaded image ID: ${document.id}\n`).join('') });
}
