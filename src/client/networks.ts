import type { ApiClient } from './api-client.ts';
import { encodeFilters, type Filters } from './filters.ts';

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
