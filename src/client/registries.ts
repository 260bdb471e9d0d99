import type { ApiClient } from './api-client.ts';
import { encodePlatform } from './encode-platform.ts';
import { encodeFilters, type Filters } from './filters.ts';
import { pathToImage } from './images.ts';
import type { TransportResponse } from './transport.ts';

/** What lets the daemon in at a registry; an empty one is sent, too, as docker does. */
export interface RegistryAuth {
  readonly username?: string;
  readonly password?: string;
  readonly serveraddress?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

export interface LoginAnswer {
  readonly IdentityToken?: string;
  readonly Status: string;
}

export interface SearchResult {
  readonly name: string;
  readonly description: string;
  readonly star_count: number;
  readonly is_official: boolean;
}

/** The answer is a stream of JSON messages. Without a tag or digest, all tags of the repository are pulled. */
export async function pullImage(
  client: ApiClient,
  image: { readonly repository: string; readonly tagOrDigest: string | undefined; readonly platform: string },
  auth: RegistryAuth,
): Promise<TransportResponse> {
  const query = {
    fromImage: image.repository,
    tag: image.tagOrDigest,
    platform: image.platform.toLowerCase() || undefined,
  };
  return await client.request('POST', '/images/create', { query, headers: headerOf(auth) });
}

/** The answer is a stream of JSON messages. Without a tag all tags of the repository are pushed. */
export async function pushImage(
  client: ApiClient,
  image: { readonly repository: string; readonly tag: string | undefined; readonly platform: string },
  auth: RegistryAuth,
): Promise<TransportResponse> {
  const query = { tag: image.tag, platform: encodePlatform(image.platform) };
  return await client.request('POST', pathToImage(image.repository, 'push'), { query, headers: headerOf(auth) });
}

export async function login(client: ApiClient, auth: RegistryAuth): Promise<LoginAnswer> {
  return await client.json('POST', '/auth', { json: auth });
}

export async function searchImages(
  client: ApiClient,
  search: { readonly term: string; readonly limit: number; readonly filters: Filters },
  auth: RegistryAuth,
): Promise<SearchResult[]> {
  const query = { term: search.term, limit: search.limit || undefined, filters: encodeFilters(search.filters) };
  return await client.json('GET', '/images/search', { query, headers: headerOf(auth) });
}

function headerOf(auth: RegistryAuth): Record<string, string> {
  const text = Buffer.from(JSON.stringify(auth)).toString('base64');
  return { 'x-registry-auth': text.replaceAll('+', '-').replaceAll('/', '_') };
}
