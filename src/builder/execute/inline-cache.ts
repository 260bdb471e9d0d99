import { isEngineError } from '../../errors/engine-error.ts';
import type { Layer } from '../../layers/layer-store.ts';
import { chainIdsOf } from '../../lib/digest.ts';
import type { BuilderImages } from '../backend.ts';
import type { ImportedStep } from '../cache/build-cache.ts';
import { localImage } from './base-images.ts';
import type { BuildProgress } from './build-progress.ts';
import type { BuildRequest } from './build-request.ts';
import type { StageState } from './build-run.ts';

/** The part of an image's configuration that holds what its steps were made of. */
const FIELD = 'skiff.cache.v1';

interface InlineStep {
  readonly keys: readonly string[];
  /** How many layers the image has after it. */
  readonly layers: number;
  readonly created: string;
}

/** What `BUILDKIT_INLINE_CACHE=1` adds to an image: other hosts find its steps by it. */
export function inlineCache(
  steps: StageState['steps'],
  chain: readonly Pick<Layer, 'chainId'>[],
): Readonly<Record<string, unknown>> {
  const inline = steps.map(({ keys, top, createdNs }): InlineStep => {
    const layers = chain.findIndex(({ chainId }) => chainId === top) + 1;
    return { keys, layers, created: String(createdNs) };
  });
  return { [FIELD]: inline };
}

/** The steps of the images that `--cache-from` names, fetched where they are not here. An image that there is not is none. */
export async function importCaches(
  images: BuilderImages,
  request: BuildRequest,
  progress: BuildProgress,
): Promise<ReadonlyMap<string, ImportedStep>> {
  const steps = new Map<string, ImportedStep>();
  for (const text of request.cacheFrom) {
    const reference = referenceOf(text);
    if (reference === undefined) continue;
    if ((await localImage(images, reference)) === undefined) await fetch(images, reference, request, progress);
    for (const [key, step] of await stepsOf(images, reference)) steps.set(key, step);
  }
  return steps;
}

/** A cache that cannot be had only costs time. */
async function fetch(
  images: BuilderImages,
  reference: string,
  { logins, platform, signal }: BuildRequest,
  progress: BuildProgress,
): Promise<void> {
  try {
    await images.pull(reference, { platform, logins, signal, report: (message) => progress.message(message) });
  } catch (error) {
    signal.throwIfAborted();
    if (!isEngineError(error)) throw error;
    progress.message({ status: `importing cache from ${reference}: ${error.message}` });
  }
}

/**
 * `busybox`, or `type=registry,ref=busybox`, which docker's command line takes apart at its comma; caches that are no
 * images are unknown here.
 */
function referenceOf(text: string): string | undefined {
  if (!text.includes('=')) return text;
  const fields = new Map(text.split(',').map((field) => field.split('=', 2) as [string, string]));
  return (fields.get('type') ?? 'registry') === 'registry' ? fields.get('ref') : undefined;
}

async function stepsOf(images: BuilderImages, reference: string): Promise<[string, ImportedStep][]> {
  try {
    const { id, diffIds } = await images.resolve(reference);
    const chain = chainIdsOf(diffIds);
    const config = JSON.parse(Buffer.from(await images.config(id)).toString()) as Readonly<Record<string, unknown>>;
    const found = config[FIELD];
    if (!Array.isArray(found)) return [];
    return found
      .filter((step) => isInlineStep(step, chain.length))
      .flatMap(({ keys, layers, created }) => {
        const step = { top: layers === 0 ? undefined : chain[layers - 1], createdNs: BigInt(created) };
        return keys.map((key): [string, ImportedStep] => [key, step]);
      });
  } catch (error) {
    if (isEngineError(error, 'not_found')) return [];
    throw error;
  }
}

/** Another's word: it is looked at before it is taken. */
function isInlineStep(value: unknown, mostLayers: number): value is InlineStep {
  if (typeof value !== 'object' || value === null) return false;
  const { keys, layers, created } = value as Readonly<Record<string, unknown>>;
  const areKeys = Array.isArray(keys) && keys.every((key) => typeof key === 'string');
  const isLayers = typeof layers === 'number' && Number.isInteger(layers) && layers >= 0 && layers <= mostLayers;
  return areKeys && isLayers && typeof created === 'string' && /^\d{1,30}$/.test(created);
}
