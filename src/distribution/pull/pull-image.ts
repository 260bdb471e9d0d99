import { internalError, invalidArgument } from '../../errors/engine-error.ts';
import { tooManyLayers } from '../../errors/layers.ts';
import { MAX_DEPTH } from '../../layers/layer-store.ts';
import type { Digest } from '../../lib/digest.ts';
import { familiarReference, fullName, type ImageReference, repositoryPath } from '../../lib/image-reference.ts';
import { hostPlatform, isSamePlatform } from '../../lib/platform.ts';
import type { Report } from '../../lib/progress.ts';
import type { DistributionContext } from '../context.ts';
import type { ImageSummary } from '../local-image-store.ts';
import { choosePlatform } from '../manifest/choose-platform.ts';
import { fetchManifest, headManifest, type ManifestLocation } from '../manifest/fetch-manifest.ts';
import type { ImageManifest, Manifest } from '../manifest/manifest.ts';
import { checkLayers } from '../manifest/parse-manifest.ts';
import type { RegistryClient } from '../registry-client.ts';
import { pullScope } from '../scopes.ts';
import { downloadBlob } from '../transfer/download-blob.ts';
import { pullLayers } from './pull-layers.ts';
import type { PullRequest } from './pull-request.ts';

/** Indexes may hold others; more of them in one another nobody needs. */
const MAX_NESTED = 4;
/** As large as any configuration may be. */
const CONFIG_LIMIT_BYTES = 16 * 1024 * 1024;

export interface PulledImage {
  readonly image: ImageSummary;
  /** A name points to it that did not before. */
  readonly isNew: boolean;
}

/** Pulls what one tag or digest means on the wanted platform. All or nothing. @throws as `pullImages` */
export async function pullImage(
  context: DistributionContext,
  client: RegistryClient,
  request: PullRequest,
  report: Report,
  signal: AbortSignal,
): Promise<PulledImage> {
  const { reference, platform } = request;
  const name = repositoryPath(reference.name);
  const wanted = reference.digest ?? reference.tag ?? '';
  const location = { name, scopes: [pullScope(name)], signal };
  const known = await findUpToDate(context, client, request, { ...location, reference: wanted });
  if (known !== undefined) {
    report({ status: `Pulling from ${name}`, id: wanted });
    report({ status: `Digest: ${known.digest}` });
    return { image: known.image, isNew: false };
  }
  const top = await fetchManifest(client, { ...location, reference: wanted });
  report({ status: `Pulling from ${name}`, id: reference.digest === undefined ? wanted : fullName(reference) });

  let manifest: Manifest = top;
  for (let depth = 0; manifest.kind === 'index'; depth++) {
    if (depth === MAX_NESTED) throw internalError(`indexes of ${familiarReference(reference)} are nested too deeply`);
    manifest = await fetchManifest(client, {
      ...location,
      reference: choosePlatform(manifest.manifests, platform).digest,
    });
  }
  checkLayers(manifest.layers);
  if (manifest.layers.length > MAX_DEPTH) throw tooManyLayers('failed to register layer: ');
  const digestName: ImageReference = { ...reference, tag: undefined, digest: top.digest };
  const names = reference.digest === undefined ? [reference, digestName] : [digestName];
  const pulled = await pullManifest(context, client, { name, manifest, names }, report, signal);
  report({ status: `Digest: ${top.digest}` });
  return pulled;
}

/**
 * The image that a tag has here, when it has it at the registry as well. To ask for the digest alone is quicker, and is
 * no pull for registries that count those. What is here for another platform is looked at again.
 */
async function findUpToDate(
  { images }: DistributionContext,
  client: RegistryClient,
  { reference, platform = hostPlatform() }: PullRequest,
  location: ManifestLocation,
): Promise<{ readonly image: ImageSummary; readonly digest: Digest } | undefined> {
  const id = reference.digest === undefined ? images.idOf(reference) : undefined;
  if (id === undefined) return undefined;
  const image = await images.get(id);
  if (!isSamePlatform(image, platform)) return undefined;
  const digest = await headManifest(client, location);
  if (digest === undefined || images.idOf({ ...reference, tag: undefined, digest }) !== id) return undefined;
  return { image, digest };
}

interface Wanted {
  /** The repository, without its registry. */
  readonly name: string;
  readonly manifest: ImageManifest;
  readonly names: readonly ImageReference[];
}

async function pullManifest(
  context: DistributionContext,
  client: RegistryClient,
  { name, manifest, names }: Wanted,
  report: Report,
  signal: AbortSignal,
): Promise<PulledImage> {
  const { images, state } = context;
  const repository = names[0]?.name ?? '';
  return images.session(async () => {
    const blobs = [manifest.config.digest, ...manifest.layers.map(({ digest }) => digest)];
    try {
      const image = await fetchConfig(context, client, { name, manifest }, signal);
      if (!images.has(image.id)) {
        await pullLayers(context, client, { name, layers: manifest.layers, diffIds: image.diffIds }, report, signal);
      }
      signal.throwIfAborted();
      const isNew = names.slice(0, 1).some((one) => images.idOf(one) !== image.id);
      images.keep(image, names, () => {
        state.keepManifest(image.id, manifest);
        for (const { digest } of manifest.layers) state.addSource(digest, repository, image.id);
      });
      return { image, isNew };
    } finally {
      await images.discard(blobs);
    }
  });
}

async function fetchConfig(
  context: DistributionContext,
  client: RegistryClient,
  { name, manifest }: { readonly name: string; readonly manifest: ImageManifest },
  signal: AbortSignal,
): Promise<ImageSummary> {
  const { config, layers } = manifest;
  if (config.sizeBytes > CONFIG_LIMIT_BYTES) {
    throw invalidArgument(`the image's configuration is larger than ${CONFIG_LIMIT_BYTES} bytes`);
  }
  await downloadBlob(
    context,
    client,
    { name, blob: config, scopes: [pullScope(name)], sync: true },
    () => undefined,
    signal,
  );
  const image = context.images.readConfig(await context.content.readAll(config.digest, CONFIG_LIMIT_BYTES));
  if (image.diffIds.length !== layers.length) {
    throw internalError(
      `layers from manifest don't match image configuration: ${layers.length} layers, ${image.diffIds.length} diff IDs`,
    );
  }
  return image;
}
