import type { ApiClient, QueryValue } from './api-client.ts';
import type { ContainerSummary } from './container-list.ts';
import { encodeFilters, type Filters } from './filters.ts';
import type { ImageSummary } from './images.ts';
import type { TransportResponse } from './transport.ts';

export interface VolumeUsage {
  readonly Name: string;
  readonly Driver: string;
  readonly Scope: string;
  readonly Mountpoint: string;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly UsageData?: { readonly RefCount: number; readonly Size: number } | null;
}

export interface BuildCacheUsage {
  readonly ID: string;
  readonly Type: string;
  readonly Description: string;
  readonly InUse: boolean;
  readonly Shared: boolean;
  readonly Size: number;
  readonly CreatedAt: string;
  readonly LastUsedAt?: string | null;
  readonly UsageCount: number;
  readonly Parents?: readonly string[] | null;
}

export interface DiskUsage {
  readonly LayersSize: number;
  readonly Images: readonly ImageSummary[] | null;
  readonly Containers: readonly ContainerSummary[] | null;
  readonly Volumes: readonly VolumeUsage[] | null;
  readonly BuildCache: readonly BuildCacheUsage[] | null;
}

export async function diskUsage(client: ApiClient): Promise<DiskUsage> {
  return await client.json('GET', '/system/df');
}

/** The raw text of the answer, for templates: it keeps what a parser would lose (the order of keys, large numbers). */
export async function getText(
  client: ApiClient,
  path: string,
  query: Readonly<Record<string, QueryValue>> = {},
): Promise<string> {
  const response = await client.request('GET', path, { query });
  return await response.text();
}

export interface EventsOptions {
  /** Unix times as `seconds.nanoseconds`; empty for no limit. */
  readonly since: string;
  readonly until: string;
  readonly filters: Filters;
}

/** A stream of JSON objects that ends at `until`, or never. */
export async function streamEvents(client: ApiClient, options: EventsOptions): Promise<TransportResponse> {
  return await client.request('GET', '/events', {
    query: {
      since: options.since || undefined,
      until: options.until || undefined,
      filters: encodeFilters(options.filters),
    },
  });
}
