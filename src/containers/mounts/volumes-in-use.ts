import type { ContainerId } from '../../lib/ids.ts';
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

/** The IDs of all containers that a volume is for. */
export function containersUsingVolume(records: Iterable<ContainerRecord>, volume: string): ContainerId[] {
  const ids: ContainerId[] = [];
  for (const { id, mounts } of records) {
    if (mounts.some(({ type, name }) => type === 'volume' && name === volume)) ids.push(id);
  }
  return ids;
}
