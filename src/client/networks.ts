import type { ApiClient } from './api-client.ts';
import { encodeFilters, type Filters } from './filters.ts';
import { pathTo } from './path-to.ts';

/** What a list says of one network. */
export interface NetworkSummary {
  readonly Name: string;
  readonly Id: string;
  readonly Created: string;
  readonly Scope: string;
  readonly Driver: string;
  readonly EnableIPv4?: boolean;
  readonly EnableIPv6: boolean;
  readonly Internal: boolean;
  readonly Labels: Readonly<Record<string, string>> | null;
}

export async function listNetworks(client: ApiClient, filters: Filters): Promise<NetworkSummary[]> {
  return await client.json('GET', '/networks', { query: { filters: encodeFilters(filters) } });
}

/** What the host's firewall holds for a network, as text; Docker does not have it. */
export async function networkRules(client: ApiClient, network: string): Promise<string> {
  const { Rules } = await client.json<{ readonly Rules: string }>('GET', pathTo('networks', network, 'rules'));
  return Rules;
}

/** `body` is Docker's `NetworkCreateRequest`. @returns the ID */
export async function createNetwork(client: ApiClient, body: object): Promise<string> {
  const { Id } = await client.json<{ readonly Id: string }>('POST', '/networks/create', { json: body });
  return Id;
}

export async function removeNetwork(client: ApiClient, network: string): Promise<void> {
  await client.request('DELETE', pathTo('networks', network));
}

/** `endpoint` is Docker's `EndpointSettings`. */
export async function connectContainer(
  client: ApiClient,
  network: string,
  container: string,
  endpoint: object,
): Promise<void> {
  const path = pathTo('networks', network, 'connect');
  refuseNoName(container);
  await client.request('POST', path, { json: { Container: container, EndpointConfig: endpoint } });
}

export async function disconnectContainer(
  client: ApiClient,
  network: string,
  container: string,
  force: boolean,
): Promise<void> {
  const path = pathTo('networks', network, 'disconnect');
  refuseNoName(container);
  await client.request('POST', path, { json: { Container: container, Force: force } });
}

/** The same complaint as for a container in a path. */
function refuseNoName(container: string): void {
  pathTo('containers', container);
}

/** @returns the names of those that were removed */
export async function pruneNetworks(client: ApiClient, filters: Filters): Promise<readonly string[]> {
  const query = { filters: encodeFilters(filters) };
  const answer = await client.json<{ readonly NetworksDeleted: readonly string[] | null }>('POST', '/networks/prune', {
    query,
  });
  return answer.NetworksDeleted ?? [];
}
