import { ambiguousNetwork, networkNotFound } from '../errors/networks.ts';
import type { NetworkRecord } from '../state/networks.ts';

/**
 * By ID, name, or beginning of an ID, in this order.
 * @throws not_found; invalid_argument when several IDs begin so.
 */
export function findNetwork(networks: readonly NetworkRecord[], reference: string): NetworkRecord {
  const exact = networks.find(({ id }) => id === reference) ?? networks.find(({ name }) => name === reference);
  if (exact !== undefined) return exact;
  const [first, ...others] = networks.filter(({ id }) => id.startsWith(reference));
  if (first === undefined || reference === '') throw networkNotFound(reference);
  if (others.length > 0) throw ambiguousNetwork(reference, others.length + 1);
  return first;
}
