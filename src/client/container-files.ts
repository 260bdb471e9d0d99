import type { FilesystemChange } from '../api-types/container-files.ts';
import type { TopResponse } from '../api-types/container-top.ts';
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
