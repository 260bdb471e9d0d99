import type { ApiClient } from './api-client.ts';
import { encodeFilters, type Filters } from './filters.ts';
import { pathTo } from './path-to.ts';
import type { VolumeUsage } from './system.ts';

/** Operations on volumes. Each fails as `ApiClient.request` does. */

export interface VolumeRequest {
  readonly Name?: string;
  readonly Driver?: string;
  readonly DriverOpts?: Readonly<Record<string, string>>;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly ClusterVolumeSpec?: object;
}

/** The new volume's name, or that of the one that is there. */
export async function createVolume(client: ApiClient, request: VolumeRequest): Promise<string> {
  return (await client.json<{ readonly Name: string }>('POST', '/volumes/create', { json: request })).Name;
}

export async function listVolumes(client: ApiClient, filters: Filters): Promise<readonly VolumeUsage[]> {
  const query = { filters: encodeFilters(filters) };
  return (
    (await client.json<{ readonly Volumes: readonly VolumeUsage[] | null }>('GET', '/volumes', { query })).Volumes ?? []
  );
}

export async function inspectVolume(client: ApiClient, name: string): Promise<object> {
  return await client.json('GET', pathTo('volumes', name));
}

export async function removeVolume(client: ApiClient, name: string, force: boolean): Promise<void> {
  await client.request('DELETE', pathTo('volumes', name), { query: { force: force ? 1 : undefined } });
}

export async function pruneVolumes(
  client: ApiClient,
  filters: Filters,
): Promise<{ readonly VolumesDeleted: readonly string[] | null; readonly SpaceReclaimed: number }> {
  return await client.json('POST', '/volumes/prune', { query: { filters: encodeFilters(filters) } });
}

export async function exportVolume(
  client: ApiClient,
  name: string,
  { pause }: { readonly pause: boolean },
): Promise<AsyncIterable<Uint8Array>> {
  const query = { pause: pause ? 1 : undefined };
  return (await client.request('GET', pathTo('volumes', name, 'export'), { query })).chunks();
}

export async function importVolume(client: ApiClient, name: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  const headers = { 'content-type': 'application/x-tar' };
  await client.request('PUT', pathTo('volumes', name, 'import'), { body, headers });
}

/** The new volume's name; an empty `to` gets a random one. */
export async function cloneVolume(
  client: ApiClient,
  from: string,
  to: string,
  { pause }: { readonly pause: boolean },
): Promise<string> {
  const query = { name: to, pause: pause ? 1 : undefined };
  return (await client.json<{ readonly Name: string }>('POST', pathTo('volumes', from, 'clone'), { query })).Name;
}
