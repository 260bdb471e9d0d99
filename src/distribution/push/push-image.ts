import { internalError } from '../../errors/engine-error.ts';
import type { Digest, ImageId } from '../../lib/digest.ts';
import { type ImageReference, registryOf, repositoryPath } from '../../lib/image-reference.ts';
import type { Report } from '../../lib/progress.ts';
import type { ManifestRecord } from '../../state/distribution.ts';
import type { DistributionContext } from '../context.ts';
import type { ImageSummary } from '../local-image-store.ts';
import type { RegistryClient } from '../registry-client.ts';
import { pushScope } from '../scopes.ts';
import { buildManifest } from './build-manifest.ts';
import { pushLayers } from './push-layers.ts';
import { rememberedManifest } from './remembered-manifest.ts';
import { uploadBlob } from './upload-blob.ts';

export interface NamedImage {
  readonly name: ImageReference & { readonly tag: string };
  readonly id: ImageId;
}

/**
 * Pushes one image under one tag: layers, configuration, then the manifest that names them. An image that came from a
 * registry goes with the manifest that it came by, so that its digest stays what it was.
 */
export async function pushImage(
  context: DistributionContext,
  client: RegistryClient,
  { name, id }: NamedImage,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { images, content } = context;
  const repository = name.name;
  const path = repositoryPath(repository);
  await images.session(async () => {
    const image = await images.get(id);
    const target = { repository, name: path, registry: registryOf(repository) };
    const known = await rememberedManifest(context, client, { target, image: id }, signal);
    const layers = await pushLayers(context, client, { target, image, descriptors: known?.layers }, report, signal);
    const config = await content.stat(id as string as Digest);
    if (config === undefined) throw internalError(`the configuration of image ${id} is missing`);
    await uploadBlob(
      context,
      client,
      { name: path, blob: config, onSent: () => undefined, onWait: () => undefined },
      signal,
    );
    const manifest = known ?? buildManifest(config, layers, image.annotations ?? {});
    await putManifest(client, { name: path, reference: name.tag, manifest }, signal);
    remember(
      context,
      image,
      name,
      manifest,
      layers.map(({ digest }) => digest),
    );
    const { digest, bytes } = manifest;
    report({ status: `${name.tag}: digest: ${digest} size: ${bytes.length}` });
    report({ progressDetail: {}, aux: { Tag: name.tag, Digest: digest, Size: bytes.length } });
  });
}

async function putManifest(
  client: RegistryClient,
  put: { readonly name: string; readonly reference: string; readonly manifest: ManifestRecord },
  signal: AbortSignal,
): Promise<void> {
  const { name, reference, manifest } = put;
  const response = await client.send({
    method: 'PUT',
    target: `/v2/${name}/manifests/${reference}`,
    headers: { 'content-type': manifest.mediaType },
    body: manifest.bytes,
    scopes: [pushScope(name)],
    signal,
  });
  response.body.resume();
  const stored = response.header('docker-content-digest');
  if (stored !== undefined && stored !== manifest.digest) {
    throw internalError(`the registry stored the manifest as ${stored} instead of ${manifest.digest}`);
  }
}

function remember(
  { images, state }: DistributionContext,
  image: ImageSummary,
  name: ImageReference,
  manifest: ManifestRecord,
  blobs: readonly Digest[],
): void {
  images.keep(image, [{ ...name, tag: undefined, digest: manifest.digest }], () => {
    state.keepManifest(image.id, manifest);
    for (const blob of blobs) state.addSource(blob, name.name, image.id);
  });
}
