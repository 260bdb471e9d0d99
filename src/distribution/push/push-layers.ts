import type { ChainId } from '../../lib/digest.ts';
import { chainIdsOf } from '../../lib/digest.ts';
import { shortId } from '../../lib/ids.ts';
import { type ProgressMessage, progressMessage, type Report } from '../../lib/progress.ts';
import type { DistributionContext } from '../context.ts';
import type { ImageSummary } from '../local-image-store.ts';
import type { Descriptor } from '../manifest/manifest.ts';
import type { RegistryClient } from '../registry-client.ts';
import { retryText, statusMessage } from '../transfer/download-progress.ts';
import type { PushedLayer } from './build-manifest.ts';
import { compressedBlob } from './compressed-blob.ts';
import { hasBlob } from './has-blob.ts';
import { mountBlob } from './mount-blob.ts';
import type { PushTarget } from './push-target.ts';
import { sendBlob } from './upload-blob.ts';

export interface LayersToPush {
  readonly target: PushTarget;
  readonly image: ImageSummary;
  /** In which form the layers go, when a manifest says it already. */
  readonly descriptors: readonly Descriptor[] | undefined;
}

interface LayerPush {
  readonly id: string;
  readonly chainId: ChainId;
  readonly descriptor: Descriptor | undefined;
}

/** Between two messages about the same layer. */
const TELL_EVERY_MS = 100;

/**
 * Brings all layers into the repository, several at once. Returns them in the form that they have there, the lowest
 * first. After a failure nothing is sent any more when this returns.
 * @throws the first failure
 */
export async function pushLayers(
  context: DistributionContext,
  client: RegistryClient,
  { target, image, descriptors }: LayersToPush,
  report: Report,
  signal: AbortSignal,
): Promise<PushedLayer[]> {
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const chainIds = chainIdsOf(image.diffIds);
  // Docker lists them from the top.
  const layers = image.diffIds
    .map((diffId, index) => ({
      id: shortId(diffId),
      chainId: chainIds[index] as ChainId,
      descriptor: descriptors?.[index],
    }))
    .reverse();
  for (const { id } of layers) report(statusMessage('Preparing', id));
  const pushes = layers.map(async (layer) => {
    const tell = (status: string) => report(statusMessage(status, layer.id));
    try {
      return await context.uploads.run(
        either,
        () => tell('Waiting'),
        () => pushLayer(context, client, { target, layer, signal: either }, report),
      );
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  });
  const ends = await Promise.allSettled(pushes);
  signal.throwIfAborted();
  failure.signal.throwIfAborted();
  return ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : [])).reverse();
}

async function pushLayer(
  context: DistributionContext,
  client: RegistryClient,
  push: { readonly target: PushTarget; readonly layer: LayerPush; readonly signal: AbortSignal },
  report: Report,
): Promise<PushedLayer> {
  const { target, layer, signal } = push;
  const tell = (status: string) => report(statusMessage(status, layer.id));
  const blob = layer.descriptor ?? (await compressedBlob(context, layer.chainId, signal));
  if (await hasBlob(client, target.name, blob.digest, signal)) {
    tell('Layer already exists');
    return blob;
  }
  const from = await mountBlob(context, client, target, blob.digest, signal);
  if (from !== undefined) {
    tell(`Mounted from ${from}`);
    return blob;
  }
  const onWait = (waitMs: number) => tell(retryText(waitMs));
  const onSent = throttled(
    (current) => progressMessage('Pushing', layer.id, { current, total: blob.sizeBytes }),
    report,
  );
  await sendBlob(context, client, { name: target.name, blob, onSent, onWait }, signal);
  tell('Pushed');
  return blob;
}

function throttled(message: (current: number) => ProgressMessage, report: Report): (current: number) => void {
  let toldAt = 0;
  return (current) => {
    const now = performance.now();
    if (now - toldAt < TELL_EVERY_MS) return;
    toldAt = now;
    report(message(current));
  };
}
