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
