import { internalError, messageOf } from '../errors/engine-error.ts';
import { readBody } from './http/http-client.ts';
import type { RegistryClient } from './registry-client.ts';

const PAGE_LIMIT_BYTES = 4 * 1024 * 1024;
const MAX_PAGES = 1000;

export interface PagedList {
  readonly target: string;
  readonly scopes: readonly string[];
  readonly signal: AbortSignal;
}

/** A list that a registry gives in pages, each of which names the next. @throws RegistryError, ExchangeError, internal */
export async function* readPages(
  client: RegistryClient,
  { target: first, scopes, signal }: PagedList,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  let target: string | URL | undefined = first;
  for (let page = 0; target !== undefined && page < MAX_PAGES; page++) {
    const response = await client.send({ method: 'GET', target, scopes, signal });
    yield parsePage((await readBody(response, PAGE_LIMIT_BYTES)).toString());
    const next = /<([^>]*)>\s*;\s*rel="?next"?/.exec(response.header('link') ?? '')?.[1];
    target = next === undefined ? undefined : (URL.parse(next, response.url.href) ?? undefined);
  }
}

function parsePage(text: string): Readonly<Record<string, unknown>> {
  try {
    const page: unknown = JSON.parse(text);
    return typeof page === 'object' && page !== null ? (page as Record<string, unknown>) : {};
  } catch (error) {
    throw internalError(`the registry's list cannot be read: ${messageOf(error)}`, error);
  }
}
