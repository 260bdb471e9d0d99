import { EngineError, isEngineError } from '../../errors/engine-error.ts';
import type { ChainId, DiffId, Digest } from '../../lib/digest.ts';
import { chainIdsOf } from '../../lib/digest.ts';
import { shortId } from '../../lib/ids.ts';
import { progressMessage, type Report } from '../../lib/progress.ts';
import type { DistributionContext } from '../context.ts';
import type { Descriptor } from '../manifest/manifest.ts';
import type { RegistryClient } from '../registry-client.ts';
import { pullScope } from '../scopes.ts';
import { downloadBlob } from '../transfer/download-blob.ts';
import { downloadMessage, statusMessage } from '../transfer/download-progress.ts';

export interface WantedLayers {
  /** The repository, without its registry. */
  readonly name: string;
  /** The lowest first, as many as there are diff IDs. */
  readonly layers: readonly Descriptor[];
  readonly diffIds: readonly DiffId[];
}

interface LayerPull {
  readonly id: string;
  readonly blob: Descriptor;
  readonly diffId: DiffId;
  readonly parent: ChainId | undefined;
  /** Resolved when this layer's unpacking has begun, so that the one above it may begin. */
  readonly begun: PromiseWithResolvers<void>;
  /** A layer below has the same bytes, and what becomes of those is told there. */
  readonly isRepeated: boolean;
}

/** What Docker says first of an unpacking: it reads in pieces of this size. */
const FIRST_STEP_BYTES = 32_768;

/**
 * Fetches and unpacks the layers that are not here, several at once; unpacking begins in the order of the chain, while
 * others are still on their way. After a failure, and when the signal comes, nothing is fetched or unpacked any more
 * when this returns.
 * @throws the first failure
 */
export async function pullLayers(
  context: DistributionContext,
  client: RegistryClient,
  wanted: WantedLayers,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const missing = missingLayers(context, wanted, report);
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  let below: Promise<void> = Promise.resolve();
  const pulls = missing.map((layer) => {
    const tell = layer.isRepeated ? () => undefined : report;
    const pull = pullLayer(context, client, { name: wanted.name, layer, below, signal: either }, tell);
    below = layer.begun.promise;
    return pull.catch((error: unknown) => {
      failure.abort(error);
      throw error;
    });
  });
  await Promise.allSettled(pulls);
  signal.throwIfAborted();
  failure.signal.throwIfAborted();
}

/** Those that are here lie below the others, since a layer's identity holds all below it. */
function missingLayers({ layers }: DistributionContext, wanted: WantedLayers, report: Report): LayerPull[] {
  const chainIds = chainIdsOf(wanted.diffIds);
  const missing: LayerPull[] = [];
  const told = new Set<Digest>();
  for (const [index, blob] of wanted.layers.entries()) {
    const chainId = chainIds[index];
    const diffId = wanted.diffIds[index];
    if (chainId === undefined || diffId === undefined) continue;
    const id = shortId(blob.digest);
    const isHere = hasLayer(layers, chainId);
    const isRepeated = told.has(blob.digest);
    if (isHere || !isRepeated) report(statusMessage(isHere ? 'Already exists' : 'Pulling fs layer', id));
    if (isHere) continue;
    told.add(blob.digest);
    const begun = Promise.withResolvers<void>();
    missing.push({ id, blob, diffId, parent: chainIds[index - 1], begun, isRepeated });
  }
  return missing;
}

async function pullLayer(
  context: DistributionContext,
  client: RegistryClient,
  pull: {
    readonly name: string;
    readonly layer: LayerPull;
    readonly below: Promise<void>;
    readonly signal: AbortSignal;
  },
  report: Report,
): Promise<void> {
  const { name, layer, below, signal } = pull;
  const { id, blob, diffId, parent } = layer;
  const open = () => ({
    run: (ended: AbortSignal, tell: Parameters<typeof downloadBlob>[3]) =>
      downloadBlob(context, client, { name, blob, scopes: [pullScope(name)], sync: false }, tell, ended),
    close: client.hold(),
  });
  await context.downloads.join(blob.digest, open, (progress) => report(downloadMessage(id, progress)), signal);
  await untilAborted(below, signal);
  const total = blob.sizeBytes;
  const extracting = (current: number) => report(progressMessage('Extracting', id, { current, total }));
  extracting(Math.min(total, FIRST_STEP_BYTES));
  const applying = context.layers.apply({ parent, blob: blob.digest, diffId, onProgress: extracting, signal });
  layer.begun.resolve();
  try {
    await applying;
  } catch (error) {
    signal.throwIfAborted();
    throw isEngineError(error)
      ? new EngineError(error.kind, `failed to register layer: ${error.message}`, { cause: error })
      : error;
  }
  extracting(total);
  report(statusMessage('Pull complete', id));
}

/** A layer below that has failed never begins: then there is nothing to wait for. */
async function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function hasLayer(layers: DistributionContext['layers'], chainId: ChainId): boolean {
  try {
    layers.get(chainId);
    return true;
  } catch (error) {
    if (isEngineError(error, 'not_found')) return false;
    throw error;
  }
}
