import { internalError } from '../errors/engine-error.ts';
import type { Digest, ImageId } from '../lib/digest.ts';
import { chainIdsOf } from '../lib/digest.ts';
import type { ManifestRecord } from '../state/distribution.ts';
import type { DistributionContext } from './context.ts';
import { parseManifest } from './manifest/parse-manifest.ts';
import { buildManifest } from './push/build-manifest.ts';
import { compressedBlob } from './push/compressed-blob.ts';

/** A manifest of an image here, all of whose blobs are in the content store. */
export interface LocalManifest extends ManifestRecord {
  /** The configuration and the layers. */
  readonly blobs: readonly Digest[];
}

type Context = Pick<DistributionContext, 'images' | 'content' | 'state' | 'layers' | 'compressions'>;

/** Those that the image came or went by and that are still whole here, the first one first. */
export async function localManifests(
  { content, state }: Pick<Context, 'content' | 'state'>,
  image: ImageId,
): Promise<LocalManifest[]> {
  const found: LocalManifest[] = [];
  for (const record of state.manifestsOf(image)) {
    const manifest = parseManifest(Buffer.from(record.bytes), record.mediaType);
    if (manifest.kind !== 'image') continue;
    const blobs = [manifest.config.digest, ...manifest.layers.map(({ digest }) => digest)];
    const infos = await Promise.all(blobs.map((digest) => content.stat(digest)));
    if (infos.every((info) => info !== undefined)) found.push({ ...record, blobs });
  }
  return found;
}

/**
 * The manifest by which this host gives the image to others. One that has none yet, because it was made here, gets one,
 * which is remembered, and its layers are compressed for it.
 * @throws not_found without such an image; the signal's reason
 */
export async function localManifest(context: Context, image: ImageId, signal: AbortSignal): Promise<LocalManifest> {
  const { images, content, state } = context;
  const [known] = await localManifests(context, image);
  if (known !== undefined) return known;
  return images.session(async () => {
    const { diffIds, annotations = {} } = await images.get(image);
    const layers = await Promise.all(chainIdsOf(diffIds).map((chainId) => compressedBlob(context, chainId, signal)));
    const config = await content.stat(image as string as Digest);
    if (config === undefined) throw internalError(`the configuration of image ${image} is missing`);
    const manifest = buildManifest(config, layers, annotations);
    if (images.has(image)) state.keepManifest(image, manifest);
    return { ...manifest, blobs: [config.digest, ...layers.map(({ digest }) => digest)] };
  });
}
