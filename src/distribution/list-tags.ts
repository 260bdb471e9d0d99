import { type PagedList, readPages } from './read-pages.ts';
import type { RegistryClient } from './registry-client.ts';
import { pullScope } from './scopes.ts';

/** All tags of a repository (without its registry), page by page. @throws as `readPages` */
export async function listTags(client: RegistryClient, name: string, signal: AbortSignal): Promise<string[]> {
  return listNames(client, { target: `/v2/${name}/tags/list`, field: 'tags', scopes: [pullScope(name)], signal });
}

/** The names that all pages of a list have in a field. */
export async function listNames(
  client: RegistryClient,
  { field, ...list }: PagedList & { readonly field: string },
): Promise<string[]> {
  const names: string[] = [];
  for await (const { [field]: page } of readPages(client, list)) {
    if (!Array.isArray(page)) continue;
    for (const name of page) if (typeof name === 'string') names.push(name);
  }
  return names;
}
