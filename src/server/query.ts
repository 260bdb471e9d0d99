import { invalidArgument } from '../errors/engine-error.ts';

type Query = Readonly<Record<string, unknown>>;

/** The first value of a query parameter; undefined when it is absent. */
export function queryText(query: unknown, name: string): string | undefined {
  return queryList(query, name)[0];
}

/** All values of a repeated query parameter. */
export function queryList(query: unknown, name: string): string[] {
  const value = (query as Query)[name];
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

/** Docker's reading of a flag: anything is true but absence, emptiness, `0`, `no`, `false` and `none`. */
export function queryFlag(query: unknown, name: string, fallback = false): boolean {
  const value = queryText(query, name);
  if (value === undefined) return fallback;
  return !['', '0', 'no', 'false', 'none'].includes(value.trim().toLowerCase());
}

/** @throws invalid_argument with Go's words for what is no whole number; absent and empty are undefined. */
export function queryInteger(query: unknown, name: string): number | undefined {
  const value = queryText(query, name);
  if (value === undefined || value === '') return undefined;
  if (!/^[+-]?\d+$/.test(value))
    throw invalidArgument(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  return Number(value);
}
