import { pageNumberInvalid } from '../registry-error.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** For the `Link` header, when there is more. */
  readonly link: string | undefined;
}

/**
 * The part of a sorted list that `n` and `last` ask for. With `n=0` it is empty, and nothing follows it. `path` is where
 * the next part is; other parameters are kept.
 * @throws RegistryError PAGINATION_NUMBER_INVALID
 */
export function pageOf<T>(
  sorted: readonly T[],
  keyOf: (item: T) => string,
  query: URLSearchParams,
  path: string,
  limit: number = Number.POSITIVE_INFINITY,
): Page<T> {
  const last = query.get('last');
  const rest = last === null ? sorted : sorted.filter((item) => keyOf(item) > last);
  const n = Math.min(pageSize(query) ?? Number.POSITIVE_INFINITY, limit);
  const items = rest.slice(0, n);
  const end = items.at(-1);
  if (end === undefined || items.length === rest.length) return { items, link: undefined };
  const next = new URLSearchParams(query);
  next.set('n', String(n));
  next.set('last', keyOf(end));
  return { items, link: `<${path}?${next.toString()}>; rel="next"` };
}

/** How many are wanted; undefined for all. @throws RegistryError PAGINATION_NUMBER_INVALID */
export function pageSize(query: URLSearchParams): number | undefined {
  const text = query.get('n');
  if (text === null || text === '') return undefined;
  if (!/^\d{1,9}$/.test(text)) throw pageNumberInvalid(text);
  return Number(text);
}
