import { internalError, messageOf } from '../errors/engine-error.ts';
import { readBody } from './http/http-client.ts';
import type { RegistryClient } from './registry-client.ts';

/** Of all pages together: a hundred thousand names are shorter. */
const LIMIT_BYTES = 16 * 1024 * 1024;
const MAX_PAGES = 1000;

export interface PagedList {
  readonly target: string;
  readonly scopes: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * A list that a registry gives in pages, each of which names the next.
 * @throws RegistryError, ExchangeError; internal for a list that does not end, or that nobody can mean
 */
export async function* readPages(
  client: RegistryClient,
  { target: first, scopes, signal }: PagedList,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  let target: string | URL | undefined = first;
  let leftBytes = LIMIT_BYTES;
  for (let page = 0; target !== undefined; page++) {
    if (page === MAX_PAGES) throw internalError(`the registry's list has more than ${MAX_PAGES} pages`);
    const response = await client.send({ method: 'GET', target, scopes, signal });
    const bytes = await readBody(response, leftBytes);
    leftBytes -= bytes.length;
    yield parsePage(bytes.toString());
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
