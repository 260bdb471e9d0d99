import type { Digest, ImageId } from '../../lib/digest.ts';
import type { ManifestRecord } from '../../state/distribution.ts';
import type { DistributionContext } from '../context.ts';
import type { Descriptor } from '../manifest/manifest.ts';
import { parseManifest } from '../manifest/parse-manifest.ts';
import type { RegistryClient } from '../registry-client.ts';
import { hasBlob } from './has-blob.ts';
import { mountBlob } from './mount-blob.ts';
import type { PushTarget } from './push-target.ts';

export interface RememberedManifest extends ManifestRecord {
  /** The lowest first. */
  readonly layers: readonly Descriptor[];
}

/**
 * The first manifest that the image came or went by, all of whose layers can be pushed: they are here in that very form,
 * or the registry has them. Undefined when there is none; then one must be made.
 */
export async function rememberedManifest(
  context: DistributionContext,
  client: RegistryClient,
  { target, image }: { readonly target: PushTarget; readonly image: ImageId },
  signal: AbortSignal,
): Promise<RememberedManifest | undefined> {
  for (const record of context.state.manifestsOf(image)) {
    const manifest = parseManifest(Buffer.from(record.bytes), record.mediaType);
    if (manifest.kind !== 'image') continue;
    let canGo = true;
    for (const { digest } of manifest.layers) {
      canGo &&= await canHave(context, client, target, digest, signal);
    }
    if (canGo) return { ...record, layers: manifest.layers };
  }
  return undefined;
}

async function canHave(
  context: DistributionContext,
  client: RegistryClient,
  target: PushTarget,
  digest: Digest,
  signal: AbortSignal,
): Promise<boolean> {
  if ((await context.content.stat(digest)) !== undefined) return true;
  if (await hasBlob(client, target.name, digest, signal)) return true;
  return (await mountBlob(context, client, target, digest, signal)) !== undefined;
}
