import type { FilesystemChange } from '../api-types/container-files.ts';
import type { ContainerStats } from '../api-types/container-stats.ts';
import type { TopResponse } from '../api-types/container-top.ts';
import { readJsonLines } from '../lib/json-lines.ts';
import type { ApiClient } from './api-client.ts';
import { pathTo } from './path-to.ts';

/** Operations on what is inside of containers. Each fails as `ApiClient.request` does. */

export async function containerChanges(client: ApiClient, container: string): Promise<readonly FilesystemChange[]> {
  return (
    (await client.json<readonly FilesystemChange[] | null>('GET', pathTo('containers', container, 'changes'))) ?? []
  );
}

export async function containerTop(client: ApiClient, container: string, psArguments: string): Promise<TopResponse> {
  const query = { ps_args: psArguments || undefined };
  return await client.json<TopResponse>('GET', pathTo('containers', container, 'top'), { query });
}

/** One answer that tells shares of time, or one each second until the container is removed. */
export async function containerStats(
  client: ApiClient,
  container: string,
  stream: boolean,
): Promise<AsyncIterable<ContainerStats>> {
  const query = { stream: stream ? '1' : '0' };
  const response = await client.request('GET', pathTo('containers', container, 'stats'), { query });
  return readJsonLines(response.chunks()) as AsyncIterable<ContainerStats>;
}

export interface CommitRequest {
  readonly repo: string;
  readonly tag: string;
  readonly author: string;
  readonly comment: string;
  readonly pause: boolean;
  readonly changes: readonly string[];
}

/** The new image's ID. */
export async function commitContainer(client: ApiClient, container: string, request: CommitRequest): Promise<string> {
  const { repo, tag, author, comment, pause, changes } = request;
  const query = {
    container,
    repo: repo || undefined,
    tag: tag || undefined,
    author: author || undefined,
    comment: comment || undefined,
    pause: pause ? undefined : '0',
    changes,
  };
  return (await client.json<{ readonly Id: string }>('POST', '/commit', { query, json: null })).Id;
}
