import type { ApiClient } from './api-client.ts';
import { encodePlatform } from './encode-platform.ts';
import { encodeFilters, type Filters } from './filters.ts';
import type { RequestBody, TransportResponse } from './transport.ts';

/** What a list says of one image. Counts and sizes that were not computed are -1. */
export interface ImageSummary {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests: readonly string[] | null;
  readonly Created: number;
  readonly Size: number;
  readonly SharedSize: number;
  readonly Containers: number;
  readonly Labels: Readonly<Record<string, string>> | null;
  /** Only where it was asked for, and the engine keeps several platforms of an image. */
  readonly Manifests?: readonly PlatformManifest[] | null;
}

/** One of the manifests that an image consists of. */
export interface PlatformManifest {
  readonly ID: string;
  readonly Kind: string;
  readonly Available: boolean;
  readonly Size: { readonly Total: number; readonly Content: number };
  readonly ImageData?: {
    readonly Platform: { readonly os: string; readonly architecture: string; readonly variant?: string };
    readonly Containers: readonly string[] | null;
  };
}

export interface HistoryEntry {
  readonly Id: string;
  readonly Created: number;
  readonly CreatedBy: string;
  readonly Tags: readonly string[] | null;
  readonly Size: number;
  readonly Comment: string;
}

export type ImageDeleted = { readonly Untagged: string } | { readonly Deleted: string };

export interface ImagesPruned {
  readonly ImagesDeleted: readonly ImageDeleted[] | null;
  readonly SpaceReclaimed: number;
}

/**
 * `/images/team/app/json`: the slashes of a name stay.
 * @throws Error for an empty name, which would address the whole collection
 */
export function pathToImage(image: string, verb = ''): string {
  if (image === '') throw new Error('Error: No such image: ');
  // As Go writes paths: the separators of a name stay.
  const name = encodeURIComponent(image).replace(/%(2F|3A|40)/g, decodeURIComponent);
  return `/images/${name}${verb === '' ? '' : `/${verb}`}`;
}

export async function listImages(
  client: ApiClient,
  options: { all?: boolean; filters?: Filters; manifests?: boolean },
): Promise<ImageSummary[]> {
  const query = {
    all: options.all === true ? 1 : undefined,
    filters: encodeFilters(options.filters),
    manifests: options.manifests === true ? 1 : undefined,
  };
  return await client.json('GET', '/images/json', { query });
}

export async function imageHistory(client: ApiClient, image: string, platform: string): Promise<HistoryEntry[]> {
  return await client.json('GET', pathToImage(image, 'history'), { query: { platform: encodePlatform(platform) } });
}

export async function removeImage(
  client: ApiClient,
  image: string,
  options: { force: boolean; noPrune: boolean; platforms: readonly string[] },
): Promise<ImageDeleted[]> {
  const query = {
    force: options.force ? 1 : undefined,
    noprune: options.noPrune ? 1 : undefined,
    platforms: options.platforms.flatMap((platform) => encodePlatform(platform) ?? []),
  };
  return await client.json('DELETE', pathToImage(image), { query });
}

export async function tagImage(client: ApiClient, image: string, repo: string, tag: string): Promise<void> {
  await client.request('POST', pathToImage(image, 'tag'), { query: { repo, tag } });
}

export async function pruneImages(client: ApiClient, filters: Filters): Promise<ImagesPruned> {
  return await client.json('POST', '/images/prune', { query: { filters: encodeFilters(filters) } });
}

export interface ImportOptions {
  /** `-` for the request's body, otherwise a URL that the daemon fetches. */
  readonly fromSrc: string;
  readonly repo: string;
  readonly tag: string;
  readonly message: string;
  readonly changes: readonly string[];
  readonly platform: string;
  readonly body?: RequestBody;
}

/** The answer is a stream of JSON messages. */
export async function importImage(client: ApiClient, options: ImportOptions): Promise<TransportResponse> {
  return await client.request('POST', '/images/create', {
    query: {
      fromSrc: options.fromSrc,
      repo: options.repo || undefined,
      tag: options.tag || undefined,
      message: options.message || undefined,
      changes: options.changes,
      platform: options.platform.toLowerCase() || undefined,
    },
    ...(options.body === undefined ? {} : { body: options.body, headers: { 'content-type': 'application/x-tar' } }),
  });
}

/** The answer is a stream of JSON messages. */
export async function loadImages(
  client: ApiClient,
  body: RequestBody,
  options: { quiet: boolean; platform: string },
): Promise<TransportResponse> {
  return await client.request('POST', '/images/load', {
    query: { quiet: options.quiet ? 1 : 0, platform: encodePlatform(options.platform) },
    body,
    headers: { 'content-type': 'application/x-tar' },
  });
}

/** A docker-archive of the images. */
export async function saveImages(
  client: ApiClient,
  images: readonly string[],
  platform: string,
): Promise<TransportResponse> {
  const query = { names: images, platform: encodePlatform(platform) };
  return await client.request('GET', '/images/get', { query });
}
