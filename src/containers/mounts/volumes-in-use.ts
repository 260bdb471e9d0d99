import type { ContainerRecord } from '../record.ts';

/** By the volumes' names, the containers of these that use them. */
export function volumesInUse(records: Iterable<ContainerRecord>): ReadonlyMap<string, ReadonlySet<string>> {
  const inUse = new Map<string, Set<string>>();
  for (const { id, mounts } of records) {
    for (const { type, name } of mounts) {
      if (type === 'volume') inUse.set(name, (inUse.get(name) ?? new Set()).add(id));
    }
  }
  return inUse;
}
