import { EngineError, invalidArgument, messageOf } from '../../errors/engine-error.ts';
import { matchesAnyOf } from '../../lib/expression.ts';
import type { Filters } from '../../lib/filters.ts';
import { parseUnsigned } from '../../lib/go-numbers.ts';
import type { ContainersContext } from '../context.ts';
import { usesVolume } from '../mounts/shown-mounts.ts';
import { withProtocol } from '../networks/network-settings.ts';
import { portListOf } from '../networks/shown-ports.ts';
import { type ContainerRecord, isRunning, ZERO_TIME } from '../record.ts';

const NAMES = [
  'ancestor',
  'before',
  'exited',
  'expose',
  'health',
  'id',
  'isolation',
  'is-task',
  'label',
  'name',
  'network',
  'publish',
  'since',
  'status',
  'volume',
] as const;
const STATUSES = ['paused', 'restarting', 'running', 'removing', 'dead', 'created', 'exited'];
const HEALTHS = ['none', 'starting', 'healthy', 'unhealthy'];

type Predicate = (record: ContainerRecord) => boolean;

/**
 * Whether a container passes all filters of a list. What they refer to is looked up now.
 * @throws invalid_argument for unknown filters and values, not_found for `before` and `since`; texts as Docker's.
 */
export async function listFilter(context: ContainersContext, filters: Filters): Promise<Predicate> {
  filters.validate(NAMES);
  const predicates: Predicate[] = [
    ...whenGiven(filters, 'status', statusPredicate),
    ...whenGiven(filters, 'exited', exitedPredicate),
    ...whenGiven(filters, 'health', healthPredicate),
    ...whenGiven(filters, 'expose', exposePredicate),
    ...whenGiven(filters, 'publish', (values) => publishPredicate(context, values)),
    ...whenGiven(filters, 'id', idPredicate),
    ...whenGiven(filters, 'name', namePredicate),
    ...whenGiven(filters, 'network', (values) => networkPredicate(values)),
    ...whenGiven(
      filters,
      'volume',
      (values) =>
        ({ mounts }) =>
          values.some((value) => usesVolume(mounts, value)),
    ),
  ];
  for (const value of filters.get('before')) predicates.push(ageOf(context, value, (a, b) => a < b));
  for (const value of filters.get('since')) predicates.push(ageOf(context, value, (a, b) => a > b));
  if (filters.has('ancestor')) predicates.push(await ancestorPredicate(context, filters.get('ancestor')));
  if (filters.flag('is-task') === true) predicates.push(() => false);
  predicates.push(({ config }) => filters.matchPairs('label', config.Labels ?? {}));
  return (record) => predicates.every((matches) => matches(record));
}

function whenGiven(filters: Filters, name: string, make: (values: readonly string[]) => Predicate): Predicate[] {
  return filters.get(name).length === 0 ? [] : [make(filters.get(name))];
}

function statusPredicate(values: readonly string[]): Predicate {
  for (const value of values) {
    if (!STATUSES.includes(value)) throw invalidArgument(`invalid filter 'status=${value}'`);
  }
  return ({ state }) => values.includes(state.status);
}

function exitedPredicate(values: readonly string[]): Predicate {
  const codes = values.map((value) => {
    if (!/^[+-]?\d+$/.test(value)) {
      throw invalidArgument(
        `invalid filter 'exited=${value}': strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`,
      );
    }
    return Number(value);
  });
  return (record) =>
    !isRunning(record) && record.state.startedAt !== ZERO_TIME && codes.includes(record.state.exitCode);
}

function healthPredicate(values: readonly string[]): Predicate {
  const unknown = values.find((value) => !HEALTHS.includes(value));
  if (unknown !== undefined) throw invalidArgument(`unrecognized filter value for health: ${unknown}`);
  return ({ state }) => values.includes(state.health?.status ?? 'none');
}

function exposePredicate(values: readonly string[]): Predicate {
  const wanted = new Set(values.flatMap((value) => parsePorts('expose', value)));
  return ({ config }) => Object.keys(config.ExposedPorts ?? {}).some((port) => wanted.has(withProtocol(port)));
}

function publishPredicate(context: ContainersContext, values: readonly string[]): Predicate {
  const wanted = new Set(values.flatMap((value) => parsePorts('publish', value)));
  return (record) =>
    portListOf(context, record).some(({ PublicPort, Type }) => wanted.has(`${PublicPort ?? 0}/${Type}`));
}

/** `80`, `80/udp` or `80-90/tcp`, as single ports with their protocols. */
function parsePorts(filter: string, text: string): string[] {
  const [range = '', protocol = 'tcp'] = text.split('/');
  const [first = '', last = first] = range.split('-');
  try {
    const from = parseUnsigned(first, 16);
    const to = parseUnsigned(last, 16);
    return Array.from(
      { length: Math.max(0, to - from + 1) },
      (_, index) => `${from + index}/${protocol.toLowerCase()}`,
    );
  } catch (error) {
    throw new EngineError('internal', `error while looking up for ${filter} ${text}: ${messageOf(error)}`);
  }
}

function idPredicate(values: readonly string[]): Predicate {
  const matches = matchesAnyOf(values);
  return ({ id }) => matches(id);
}

function namePredicate(values: readonly string[]): Predicate {
  const matches = matchesAnyOf(values);
  return ({ name }) => matches(name, `/${name}`);
}

function networkPredicate(values: readonly string[]): Predicate {
  return ({ networks, hostConfig }) =>
    values.some(
      (value) =>
        value === hostConfig.NetworkMode ||
        networks.some(({ name, endpoint }) => value === name || value === endpoint?.networkId),
    );
}

function ageOf(context: ContainersContext, ref: string, isWanted: (a: bigint, b: bigint) => boolean): Predicate {
  const other = BigInt(context.store.resolve(ref).createdAtNs);
  return ({ createdAtNs }) => isWanted(BigInt(createdAtNs), other);
}

async function ancestorPredicate({ images }: ContainersContext, values: readonly string[]): Promise<Predicate> {
  const ids = new Set<string>();
  for (const value of values) {
    try {
      ids.add((await images.resolve(value)).id);
    } catch (error) {
      // An image that does not exist has no containers.
      if (!(error instanceof EngineError) || error.kind === 'internal') throw error;
    }
  }
  return ({ imageId }) => ids.has(imageId);
}
