import type { BlobInfo } from '../../content/content-store.ts';
import { isEngineError } from '../../errors/engine-error.ts';
import { brokenImageArchive } from '../../errors/images.ts';
import type { ChainId, DiffId, Digest } from '../../lib/digest.ts';
import { chainIdsOf } from '../../lib/digest.ts';
import { shortId } from '../../lib/ids.ts';
import { familiarReference, fullName } from '../../lib/image-reference.ts';
import type { Report } from '../../lib/progress.ts';
import { progressMessage } from '../../lib/progress.ts';
import type { ImageContext, ImageLayers } from '../image-context.ts';
import { createdAtMs } from '../image-document.ts';
import { publishImageEvent } from '../image-events.ts';
import type { ArchiveFiles } from './archive-files.ts';
import { readArchive } from './archive-files.ts';
import { MANIFEST_PATH, readDockerArchive } from './docker-archive.ts';
import { REPOSITORIES_PATH, readLegacyArchive } from './legacy-archive.ts';
import type { LoadableImage } from './loadable-image.ts';
import { INDEX_PATH, readOciLayout } from './oci-layout.ts';

/**
 * Loads all images of an archive: a docker-archive, an OCI image layout or both in one. All or nothing: the images and
 * their names appear in one transaction, and after a failure or a crash nothing of it stays. Layers that are here are
 * not unpacked again.
 * @throws invalid_argument for an archive that is broken in any way.
 */
export async function loadImages(
  context: ImageContext,
  body: AsyncIterable<Uint8Array>,
  report: Report,
): Promise<void> {
  await context.housekeeping.session(async () => {
    const blobs = new Set<Digest>();
    try {
      const files = await readArchive(body, context.content, ({ digest }) => blobs.add(digest));
      const images = await readImages(context, files, (digest) => blobs.add(digest));
      for (const image of images) await unpackLayers(context.layers, image, report);
      keep(context, images, report);
    } finally {
      await context.housekeeping.discard(blobs);
    }
  });
}

async function readImages(
  { content }: ImageContext,
  files: ArchiveFiles,
  onBlob: (digest: Digest) => void,
): Promise<LoadableImage[]> {
  if (files.find(MANIFEST_PATH) !== undefined) return readDockerArchive(files, content);
  if (files.find(INDEX_PATH) !== undefined) return readOciLayout(files, content);
  if (files.find(REPOSITORIES_PATH) !== undefined) return readLegacyArchive(files, content, onBlob);
  throw brokenImageArchive(`it has neither ${MANIFEST_PATH} nor ${INDEX_PATH} nor ${REPOSITORIES_PATH}`);
}

/** Side by side: the store makes each wait for the one below it where it must. */
async function unpackLayers(layers: ImageLayers, image: LoadableImage, report: Report): Promise<void> {
  const { diffIds } = image.document;
  const chainIds = chainIdsOf(diffIds);
  const unpacking: Promise<void>[] = [];
  for (const [index, blob] of image.layers.entries()) {
    const chainId = chainIds[index];
    const diffId = diffIds[index];
    if (chainId === undefined || diffId === undefined || hasLayer(layers, chainId)) continue;
    unpacking.push(unpackLayer(layers, { parent: chainIds[index - 1], diffId, blob }, report));
  }
  // Each must have ended, also after a failure: what failed is removed then, and nothing may still be writing there.
  const ends = await Promise.allSettled(unpacking);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function unpackLayer(
  layers: ImageLayers,
  { parent, diffId, blob }: { parent: ChainId | undefined; diffId: DiffId; blob: BlobInfo },
  report: Report,
): Promise<void> {
  const total = blob.sizeBytes;
  const tell = (current: number) => report(progressMessage('Loading layer', shortId(diffId), { current, total }));
  tell(Math.min(total, 32_768));
  await layers.apply({ parent, blob: blob.digest, diffId });
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
