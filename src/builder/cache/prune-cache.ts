import { invalidArgument } from '../../errors/engine-error.ts';
import type { Filters } from '../../lib/filters.ts';
import { parseGoDuration } from '../../lib/go-duration.ts';
import type { BuildCacheEntry, BuildCacheState } from '../../state/build-cache.ts';
import type { BuilderImages } from '../backend.ts';
import type { CacheMounts } from './cache-mounts.ts';

export interface PruneCacheRequest {
  /** Also what images stand on: without it, only what nothing else has. */
  readonly all: boolean;
  readonly filters: Filters;
  /** As much of the cache stays, what was used last; undefined for nothing. */
  readonly keepBytes: number | undefined;
}

export interface PruneCacheResult {
  readonly ids: readonly string[];
  readonly reclaimedBytes: number;
}

export interface PruneParts {
  readonly state: BuildCacheState;
  readonly mounts: CacheMounts;
  readonly images: Pick<BuilderImages, 'releaseLayers'>;
}

const FILTERS = ['id', 'parent', 'type', 'description', 'inuse', 'shared', 'private', 'until', 'unused-for'];
const NS_PER_MS = 1_000_000;

/** What the cache's entries are in the eyes of those who look at it. */
export interface CacheUsage {
  readonly entry: BuildCacheEntry;
  readonly sizeBytes: number;
  /** A step has its cache mount open. */
  readonly inUse: boolean;
  /** An image has its layer: removing it frees nothing. */
  readonly shared: boolean;
}

/** The longest unused first. */
export async function cacheUsage({ state, mounts }: Pick<PruneParts, 'state' | 'mounts'>): Promise<CacheUsage[]> {
  return Promise.all(
    state.all().map(async (entry) => {
      const { directory, chainId } = entry;
      return {
        entry,
        sizeBytes: directory === undefined ? entry.sizeBytes : await mounts.sizeBytes(directory),
        inUse: directory !== undefined && mounts.isInUse(directory),
        shared: chainId !== undefined && entry.sizeBytes > 0 && state.isInImage(chainId),
      };
    }),
  );
}

/**
 * Removes entries of the cache, the longest unused first. Layers that images or later steps stand on stay as long as
 * those do. @throws invalid_argument for a filter that is none.
 */
export async function pruneCache(parts: PruneParts, request: PruneCacheRequest): Promise<PruneCacheResult> {
  const { all, filters, keepBytes } = request;
  filters.validate(FILTERS);
  const matches = matcherOf(filters);
  const usage = await cacheUsage(parts);
  let leftBytes = usage.reduce((sum, { sizeBytes, shared }) => sum + (shared ? 0 : sizeBytes), 0);
  const ids: string[] = [];
  let reclaimedBytes = 0;
  for (const one of usage) {
    if (one.inUse || (one.shared && !all) || !matches(one)) continue;
    if (keepBytes !== undefined && leftBytes <= keepBytes) break;
    reclaimedBytes += await remove(parts, one);
    if (!one.shared) leftBytes -= one.sizeBytes;
    ids.push(one.entry.id);
  }
  return { ids, reclaimedBytes };
}

/** The record first: a crash in between leaves what the next start sweeps. */
async function remove(
  { state, mounts, images }: PruneParts,
  { entry, sizeBytes, shared }: CacheUsage,
): Promise<number> {
  const { id, directory, chainId } = entry;
  state.remove(id);
  if (directory !== undefined) await mounts.remove(directory);
  if (chainId !== undefined) await images.releaseLayers(chainId);
  return shared ? 0 : sizeBytes;
}

function matcherOf(filters: Filters): (usage: CacheUsage) => boolean {
  const [until = filters.get('unused-for')[0]] = filters.get('until');
  const beforeMs = until === undefined ? Number.POSITIVE_INFINITY : Date.now() - ageMs(until);
  const flag = (name: string): boolean | undefined => {
    const [value] = filters.get(name);
    return value === undefined ? undefined : !['false', '0'].includes(value);
  };
  const wanted = { inUse: flag('inuse'), shared: flag('shared'), private: flag('private') };
  const oneOf = (name: string, value: string) => filters.get(name).length === 0 || filters.get(name).includes(value);
  return ({ entry, inUse, shared }) =>
    entry.lastUsedMs <= beforeMs &&
    (wanted.inUse ?? inUse) === inUse &&
    (wanted.shared ?? shared) === shared &&
    (wanted.private ?? !shared) === !shared &&
    (filters.get('id').length === 0 || filters.get('id').some((id) => entry.id.startsWith(id))) &&
    oneOf('parent', entry.parentId ?? '') &&
    oneOf('type', entry.kind) &&
    (filters.get('description').length === 0 ||
      filters.get('description').some((text) => entry.description.includes(text)));
}

/** A duration, or a point in time. */
function ageMs(text: string): number {
  const time = Date.parse(text);
  if (/^\d{4}-/.test(text) && !Number.isNaN(time)) return Date.now() - time;
  try {
    return parseGoDuration(text) / NS_PER_MS;
  } catch (error) {
    throw invalidArgument(
      `"until" filter expects a duration (e.g., '24h') or a timestamp: failed to parse value as time or duration: ${JSON.stringify(text)}`,
      error,
    );
  }
}
