import { invalidArgument } from '../errors/engine-error.ts';
import type { ChainId, ImageId } from '../lib/digest.ts';
import { chainIdsOf } from '../lib/digest.ts';
import type { Filters } from '../lib/filters.ts';
import { globMatches } from '../lib/glob.ts';
import { familiarReference, familiarRepository, parseReference } from '../lib/image-reference.ts';
import { parseTimestampMs } from '../lib/parse-timestamp.ts';
import type { ImageRow } from '../state/images.ts';
import type { ImageContext } from './image-context.ts';
import { createdAtMs } from './image-document.ts';
import type { ImageLayers } from './image-layers.ts';
import type { Image } from './image-store.ts';

export interface ImageSummary {
  readonly image: Image;
  readonly parentId: ImageId | undefined;
  /** As users write them, `busybox:latest`. */
  readonly tags: readonly string[];
  /** `busybox@sha256:…`, known for images that came from a registry. */
  readonly digests: readonly string[];
  readonly sizeBytes: number;
  /** Bytes in layers that other images have, too. Undefined when it was not asked for. */
  readonly sharedBytes: number | undefined;
  /** How many containers use it. Undefined when it was not asked for. */
  readonly containers: number | undefined;
}

export interface ListOptions {
  readonly filters: Filters;
  /** Also those without a name that another image was built on. */
  readonly all: boolean;
  readonly withSharedSize?: boolean;
  readonly withContainers?: boolean;
}

const FILTERS = ['dangling', 'label', 'label!', 'before', 'since', 'reference', 'until'];

/** Newest first. @throws invalid_argument for filters that Docker refuses; not_found for an image that one names. */
export async function listImages(context: ImageContext, options: ListOptions): Promise<ImageSummary[]> {
  const { state, catalog, layers, users } = context;
  const { filters } = options;
  filters.validate(FILTERS);
  const dangling = filters.flag('dangling');
  const range = await timeRange(context, filters);
  const shared = options.withSharedSize === true ? await layerCounts(context) : undefined;

  const summaries: ImageSummary[] = [];
  for (const row of state.all()) {
    const hasChildren = state.children(row.id).length > 0;
    if (dangling === true && hasChildren) continue;
    const image = await catalog.get(row.id);
    if (!isInRange(image, range) || !hasLabels(image, filters)) continue;
    const names = namesOf(context, row.id, filters.has('reference') ? filters.get('reference') : undefined);
    if (!isWanted(names, { dangling, filters, hidden: hasChildren && !options.all })) continue;
    summaries.push({
      image,
      parentId: row.parentId,
      ...names,
      sizeBytes: sizeOf(layers, row),
      sharedBytes: shared === undefined ? undefined : sharedSize(layers, row, shared),
      containers: options.withContainers === true ? users.containersUsing(row.id).length : undefined,
    });
  }
  return summaries;
}

interface Names {
  readonly tags: readonly string[];
  readonly digests: readonly string[];
}

function isWanted(
  { tags, digests }: Names,
  want: { dangling: boolean | undefined; filters: Filters; hidden: boolean },
): boolean {
  if (tags.length + digests.length > 0) return want.dangling !== true || tags.length === 0;
  return !want.hidden && want.dangling !== false && !want.filters.has('reference');
}

/** Only the names that one of the patterns matches, with or without their tag. */
export function namesOf({ state }: ImageContext, id: ImageId, patterns?: readonly string[]): Names {
  const references = state.namesOf(id).map(parseReference);
  const wanted = references.filter(
    (reference) =>
      patterns === undefined ||
      patterns.some(
        (pattern) =>
          globMatches(pattern, familiarReference(reference)) || globMatches(pattern, familiarRepository(reference)),
      ),
  );
  return {
    tags: wanted.filter(({ digest }) => digest === undefined).map(familiarReference),
    digests: wanted.filter(({ digest }) => digest !== undefined).map(familiarReference),
  };
}

/** The sum of the sizes of the image's layers. */
export function sizeOf(layers: ImageLayers, { topChainId }: ImageRow): number {
  if (topChainId === undefined) return 0;
  return layers.chain(topChainId).reduce((sum, layer) => sum + layer.sizeBytes, 0);
}

function sharedSize(layers: ImageLayers, { topChainId }: ImageRow, counts: ReadonlyMap<ChainId, number>): number {
  if (topChainId === undefined) return 0;
  const shared = layers.chain(topChainId).filter(({ chainId }) => (counts.get(chainId) ?? 0) > 1);
  return shared.reduce((sum, layer) => sum + layer.sizeBytes, 0);
}

/** How many images each layer is part of. */
async function layerCounts({ state, catalog }: ImageContext): Promise<Map<ChainId, number>> {
  const counts = new Map<ChainId, number>();
  for (const row of state.all()) {
    const { diffIds } = await catalog.get(row.id);
    for (const chainId of chainIdsOf(diffIds)) counts.set(chainId, (counts.get(chainId) ?? 0) + 1);
  }
  return counts;
}

interface TimeRange {
  readonly beforeMs: number;
  readonly afterMs: number;
}

async function timeRange({ catalog }: ImageContext, filters: Filters): Promise<TimeRange> {
  let beforeMs = Number.POSITIVE_INFINITY;
  let afterMs = Number.NEGATIVE_INFINITY;
  for (const name of filters.get('before')) {
    beforeMs = Math.min(beforeMs, createdAtMs(await catalog.resolve(name)));
  }
  for (const time of filters.get('until')) beforeMs = Math.min(beforeMs, parseTimestampMs(time));
  for (const name of filters.get('since')) afterMs = Math.max(afterMs, createdAtMs(await catalog.resolve(name)));
  return { beforeMs, afterMs };
}

function isInRange(image: Image, { beforeMs, afterMs }: TimeRange): boolean {
  const time = createdAtMs(image);
  return time < beforeMs && time > afterMs;
}

/** `label` wants all of its pairs, `label!` none of its. */
export function hasLabels(image: Image, filters: Filters): boolean {
  const labels = image.config.Labels ?? {};
  return filters.matchPairs('label', labels) && (!filters.has('label!') || !filters.matchPairs('label!', labels));
}

/** @throws invalid_argument, also when there are several. */
export function singleUntilMs(filters: Filters): number | undefined {
  const [time, another] = filters.get('until');
  if (another !== undefined) throw invalidArgument('more than one until filter specified');
  return time === undefined ? undefined : parseTimestampMs(time);
}
