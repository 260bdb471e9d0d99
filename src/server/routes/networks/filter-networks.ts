import { EngineError, invalidArgument } from '../../../errors/engine-error.ts';
import { matchesAnyOf } from '../../../lib/expression.ts';
import type { Filters } from '../../../lib/filters.ts';
import type { NetworkRecord } from './backend.ts';

const ALLOWED = ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type'];
const PREDEFINED: ReadonlySet<string> = new Set(['bridge', 'host', 'none']);

/** Every daemon has these; they cannot be made or removed. */
export function isPredefined(name: string): boolean {
  return PREDEFINED.has(name);
}

/**
 * The networks that a list with these filters shows. `isInUse` tells whether a container is in a network.
 * @throws invalid_argument with Docker's texts; internal, as Docker has it, for an unknown type.
 */
export function filterNetworks(
  networks: readonly NetworkRecord[],
  filters: Filters,
  isInUse: (network: NetworkRecord) => boolean,
): NetworkRecord[] {
  filters.validate(ALLOWED);
  const dangling = danglingFilter(filters);
  const types = filters.get('type');
  const unknownType = types.find((type) => type !== 'builtin' && type !== 'custom');
  if (unknownType !== undefined) throw new EngineError('internal', `invalid filter: 'type'='${unknownType}'`);
  const isNamed = textFilter(filters, 'name');
  const isIdentified = textFilter(filters, 'id');
  return networks.filter((network) => {
    const predefined = isPredefined(network.name);
    const isDangling = !predefined && !isInUse(network);
    return (
      (dangling === undefined || dangling === isDangling) &&
      filters.exactMatch('driver', network.driver) &&
      filters.exactMatch('scope', 'local') &&
      filters.exactMatch('type', predefined ? 'builtin' : 'custom') &&
      isNamed(network.name) &&
      isIdentified(network.id) &&
      filters.matchPairs('label', network.labels)
    );
  });
}

function danglingFilter(filters: Filters): boolean | undefined {
  const values = filters.get('dangling');
  const [value] = values;
  if (value === undefined) return undefined;
  if (values.length > 1) throw invalidArgument('got more than one value for filter key "dangling"');
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw invalidArgument(`invalid value for filter 'dangling', must be "true" (or "1"), or "false" (or "0")`);
}

/** Passes everything when there is no such filter. */
function textFilter(filters: Filters, name: string): (text: string) => boolean {
  const values = filters.get(name);
  return values.length === 0 ? () => true : matchesAnyOf(values);
}
