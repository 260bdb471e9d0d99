/** Filters as the user gave them: names and values, in order. */
export type Filters = readonly Filter[];

export interface Filter {
  readonly name: string;
  readonly value: string;
}

/** The `filters` parameter: `{"label":{"a=b":true}}`; undefined when there is nothing to filter by. */
export function encodeFilters(filters: Filters | undefined): string | undefined {
  if (filters === undefined || filters.length === 0) return undefined;
  const byName: Record<string, Record<string, true>> = {};
  for (const { name, value } of filters) {
    byName[name] ??= {};
    byName[name][value] = true;
  }
  return JSON.stringify(byName);
}
