import type { Digest } from '../lib/digest.ts';
import { type ImageReference, registryOf, repositoryPath } from '../lib/image-reference.ts';
import type { Credentials } from './credentials.ts';
import { readBody } from './http/http-client.ts';
import type { LocalImageStore } from './local-image-store.ts';
import { fetchManifest } from './manifest/fetch-manifest.ts';
import type { DescriptorPlatform, ImageManifest } from './manifest/manifest.ts';
import { blobTarget, type RegistryClient } from './registry-client.ts';
import type { RegistrySettings } from './registry-settings.ts';
import { pullScope } from './scopes.ts';
import { withRegistry } from './with-registry.ts';

export interface RemoteManifest {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly platforms: readonly DescriptorPlatform[];
}

const CONFIG_LIMIT_BYTES = 16 * 1024 * 1024;

/** What a registry has under a name, without fetching it. @throws not_found, internal as the registry says it */
export async function inspectManifest(
  { settings, images }: { readonly settings: RegistrySettings; readonly images: LocalImageStore },
  { reference, credentials }: { readonly reference: ImageReference; readonly credentials: Credentials },
  signal: AbortSignal,
): Promise<RemoteManifest> {
  const registry = registryOf(reference.name);
  const name = repositoryPath(reference.name);
  return withRegistry({ registry, withMirrors: true, credentials, settings, signal }, async (client) => {
    const wanted = reference.digest ?? reference.tag ?? '';
    const manifest = await fetchManifest(client, { name, reference: wanted, scopes: [pullScope(name)], signal });
    const platforms =
      manifest.kind === 'index'
        ? manifest.manifests.flatMap(({ platform }) => platform ?? [])
        : [await platformOfImage(images, client, { name, manifest }, signal)];
    return { mediaType: manifest.mediaType, digest: manifest.digest, sizeBytes: manifest.bytes.length, platforms };
  });
}

async function platformOfImage(
  images: LocalImageStore,
  client: RegistryClient,
  { name, manifest }: { readonly name: string; readonly manifest: ImageManifest },
  signal: AbortSignal,
): Promise<DescriptorPlatform> {
  const target = blobTarget(name, manifest.config.digest);
  const response = await client.send({ method: 'GET', target, scopes: [pullScope(name)], signal });
  const { os, architecture, variant } = images.readConfig(await readBody(response, CONFIG_LIMIT_BYTES));
  return { os, architecture, variant };
}
