import type { BuildPruneResponse } from '../api-types/build.ts';
import type { ApiClient, QueryValue } from './api-client.ts';
import { encodeFilters, type Filters } from './filters.ts';
import type { RequestBody, TransportResponse } from './transport.ts';

export interface BuildOptions {
  /** As `POST /build` takes it; undefined values are left out. */
  readonly query: Readonly<Record<string, QueryValue>>;
  readonly body?: RequestBody;
  readonly headers: Readonly<Record<string, string>>;
}

/** The answer is a stream of JSON messages. */
export async function buildImage(
  client: ApiClient,
  { query, body, headers }: BuildOptions,
): Promise<TransportResponse> {
  return await client.request('POST', '/build', {
    query,
    headers: { ...headers, 'content-type': 'application/x-tar' },
    ...(body === undefined ? {} : { body }),
  });
}

/** Hands a build's secrets over beforehand; the answer names them to the build, once. */
export async function sendSecrets(client: ApiClient, secrets: Readonly<Record<string, string>>): Promise<string> {
  const { ID } = await client.json<{ readonly ID: string }>('POST', '/build/secrets', { json: secrets });
  return ID;
}

/** The files of an image as one tar. */
export async function readRootfs(client: ApiClient, image: string): Promise<TransportResponse> {
  return await client.request('GET', '/build/rootfs', { query: { image } });
}

export async function pruneBuilds(
  client: ApiClient,
  options: { readonly all: boolean; readonly filters: Filters; readonly keepBytes: number },
): Promise<BuildPruneResponse> {
  const { all, filters, keepBytes } = options;
  return await client.json('POST', '/build/prune', {
    query: {
      all: all ? 1 : undefined,
      filters: encodeFilters(filters) ?? '',
      'keep-storage': keepBytes === 0 ? undefined : keepBytes,
    },
  });
}
