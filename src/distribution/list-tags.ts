import { internalError, messageOf } from '../errors/engine-error.ts';
import { readBody } from './http/http-client.ts';
import type { RegistryClient } from './registry-client.ts';
import { pullScope } from './scopes.ts';

const PAGE_LIMIT_BYTES = 4 * 1024 * 1024;
const MAX_PAGES = 1000;

/** All tags of a repository (without its registry), page by page. @throws RegistryError, ExchangeError, internal */
export async function listTags(client: RegistryClient, name: string, signal: AbortSignal): Promise<string[]> {
  return listPages(client, { target: `/v2/${name}/tags/list`, field: 'tags', scopes: [pullScope(name)], signal });
}

/** A list of names that a registry gives in pages, each of which names the next. */
export async function listPages(
  client: RegistryClient,
  list: {
    readonly target: string;
    readonly field: string;
    readonly scopes: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<string[]> {
  const { field, scopes, signal } = list;
  const names: string[] = [];
  let target: string | URL | undefined = list.target;
  for (let page = 0; target !== undefined && page < MAX_PAGES; page++) {
    const response = await client.send({ method: 'GET', target, scopes, signal });
    const text = (await readBody(response, PAGE_LIMIT_BYTES)).toString();
    names.push(...namesIn(text, field));
    const next = /<([^>]*)>\s*;\s*rel="?next"?/.exec(response.header('link') ?? '')?.[1];
    target = next === undefined ? undefined : (URL.parse(next, response.url.href) ?? undefined);
  }
  return names;
}

function namesIn(text: string, field: string): string[] {
  try {
    const list = (JSON.parse(text) as Record<string, unknown>)[field];
    return Array.isArray(list) ? list.filter((name) => typeof name === 'string') : [];
  } catch (error) {
    throw internalError(`the registry's list of ${field} cannot be read: ${messageOf(error)}`, error);
  }
}
