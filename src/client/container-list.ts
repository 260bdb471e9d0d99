import type { ApiClient } from './api-client.ts';
import { encodeFilters, type Filters } from './filters.ts';
import { pathTo } from './path-to.ts';

/** What a list says of one container. */
export interface ContainerSummary {
  readonly Id: string;
  readonly Names: readonly string[] | null;
  readonly Image: string;
  readonly ImageID: string;
  readonly Command: string;
  readonly Created: number;
  readonly Ports: readonly PortSummary[] | null;
  readonly SizeRw?: number;
  readonly SizeRootFs?: number;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly State: string;
  readonly Status: string;
  readonly NetworkSettings?: { readonly Networks: Readonly<Record<string, unknown>> | null } | null;
  readonly Mounts: readonly MountSummary[] | null;
}

export interface PortSummary {
  readonly IP?: string;
  readonly PrivatePort: number;
  readonly PublicPort?: number;
  readonly Type: string;
}

export interface MountSummary {
  readonly Type: string;
  readonly Name?: string;
  readonly Source: string;
  readonly Driver?: string;
}

export interface ListContainersOptions {
  readonly all?: boolean;
  /** The newest so many, in any state. */
  readonly limit?: number | undefined;
  readonly size?: boolean;
  readonly filters?: Filters;
}

export async function listContainers(client: ApiClient, options: ListContainersOptions): Promise<ContainerSummary[]> {
  const { all, limit, size, filters } = options;
  return await client.json('GET', '/containers/json', {
    query: {
      all: all === true ? 1 : undefined,
      limit,
      size: size === true ? 1 : undefined,
      filters: encodeFilters(filters),
    },
  });
}

export async function renameContainer(client: ApiClient, container: string, name: string): Promise<void> {
  await client.request('POST', pathTo('containers', container, 'rename'), { query: { name } });
}

export interface ContainersPruned {
  readonly ContainersDeleted: readonly string[] | null;
  readonly SpaceReclaimed: number;
}

export async function pruneContainers(client: ApiClient, filters: Filters): Promise<ContainersPruned> {
  return await client.json('POST', '/containers/prune', { query: { filters: encodeFilters(filters) } });
}
