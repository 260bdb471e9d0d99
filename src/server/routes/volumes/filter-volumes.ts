import { invalidArgument, messageOf } from '../../../errors/engine-error.ts';
import type { Filters } from '../../../lib/filters.ts';
import { parseBool } from '../../../lib/go-numbers.ts';
import type { VolumeBackend, VolumeRecord } from './backend.ts';

const LIST_FILTERS = ['dangling', 'driver', 'label', 'name'];
const PRUNE_FILTERS = ['label', 'label!', 'all'];

/** @throws invalid_argument with Docker's texts. */
export function filterVolumes(backend: VolumeBackend, filters: Filters): VolumeRecord[] {
  filters.validate(LIST_FILTERS);
  const dangling = filters.flag('dangling');
  const names = filters.get('name');
  return backend
    .list()
    .filter(
      ({ name, labels }) =>
        filters.exactMatch('driver', 'local') &&
        filters.matchPairs('label', labels ?? {}) &&
        (names.length === 0 || names.some((part) => name.includes(part))) &&
        (dangling === undefined || dangling === (backend.usersOf(name).length === 0)),
    );
}

/**
 * Whether a prune takes volumes with names as well. @throws invalid_argument for an unknown filter, and what is no
 * truth value.
 */
export function prunesAll(filters: Filters): boolean {
  filters.validate(PRUNE_FILTERS);
  const [value, second] = filters.get('all');
  if (value === undefined) return false;
  if (second !== undefined) throw invalidArgument(`invalid filter 'all': only one value is expected`);
  try {
    return parseBool(value);
  } catch (error) {
    throw invalidArgument(`invalid filter 'all': ${messageOf(error)}`, error);
  }
}
