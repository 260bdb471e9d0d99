import { invalidArgument, isEngineError } from '../../errors/engine-error.ts';
import {
  contains,
  familyOf,
  formatAddress,
  formatSubnet,
  isAddress,
  parseAddress,
  parseCidr,
  type Subnet,
} from '../../lib/ip.ts';
import type { NetworkSubnet } from '../../state/networks.ts';
import { invalidWith } from '../problems.ts';
import { hostAddressesOf } from './allocate-address.ts';

/** One subnet as a client asks for it; fields that it leaves open are empty. */
export interface IpamConfigRequest {
  readonly subnet: string;
  readonly ipRange: string;
  readonly gateway: string;
  readonly auxAddresses: Readonly<Record<string, string>>;
}

export interface IpamRequest {
  readonly options: Readonly<Record<string, string>> | null;
  readonly config: readonly IpamConfigRequest[];
}

/** Each is compared with every other one. */
const MOST_SUBNETS = 64;

/** @throws invalid_argument, with all that is wrong at once, in Docker's words. */
export function checkIpam({ config }: IpamRequest): void {
  if (config.length > MOST_SUBNETS) throw invalidArgument(`a network cannot have more than ${MOST_SUBNETS} subnets`);
  const problems = config.flatMap(problemsOf);
  if (problems.length > 0) throw invalidWith('invalid network config', problems);
}

function problemsOf({ subnet: text, ipRange, gateway, auxAddresses }: IpamConfigRequest): string[] {
  const parsed = cidrOf(text);
  if (parsed === undefined) return [`invalid subnet ${text}: invalid CIDR block notation`];
  const { subnet } = parsed;
  if (parsed.address.value !== subnet.base) return [`invalid subnet ${text}: it should be ${formatSubnet(subnet)}`];
  return [
    ...rangeProblems(subnet, ipRange),
    ...addressProblems(subnet, `gateway ${gateway}`, gateway),
    ...Object.entries(auxAddresses).flatMap(([name, address]) =>
      addressProblems(subnet, `auxiliary address ${name}`, address),
    ),
  ];
}

function rangeProblems(subnet: Subnet, text: string): string[] {
  if (text === '') return [];
  const range = cidrOf(text);
  if (range === undefined) return [`invalid ip-range ${text}: invalid CIDR block notation`];
  if (range.subnet.prefixLength < subnet.prefixLength) {
    return [`invalid ip-range ${text}: CIDR block is bigger than its parent subnet ${formatSubnet(subnet)}`];
  }
  if (!contains(subnet, { family: range.subnet.family, value: range.subnet.base })) {
    return [`invalid ip-range ${text}: parent subnet ${formatSubnet(subnet)} doesn't contain ip-range`];
  }
  if (range.address.value !== range.subnet.base) {
    return [`invalid ip-range ${text}: it should be ${formatSubnet(range.subnet)}`];
  }
  return [];
}

function addressProblems(subnet: Subnet, what: string, text: string): string[] {
  if (text === '') return [];
  if (!isAddress(text)) return [`invalid ${what}: invalid address`];
  return contains(subnet, parseAddress(text))
    ? []
    : [`invalid ${what}: parent subnet ${formatSubnet(subnet)} doesn't contain this address`];
}

function cidrOf(text: string): ReturnType<typeof parseCidr> | undefined {
  try {
    return parseCidr(text);
  } catch (error) {
    if (!isEngineError(error, 'invalid_argument')) throw error;
    return undefined;
  }
}

/** IPv4 first, what is left open filled in: a gateway is the subnet's first address. The request was checked. */
export function subnetsOfIpam({ config }: IpamRequest): NetworkSubnet[] {
  const ordered = config.toSorted((a, b) => familyOf(a.subnet) - familyOf(b.subnet));
  return ordered.map(({ subnet: text, ipRange, gateway, auxAddresses: named }) => {
    const { subnet } = parseCidr(text);
    const auxAddresses = Object.fromEntries(
      Object.entries(named).map(([name, address]) => [name, formatAddress(parseAddress(address))]),
    );
    return {
      subnet: formatSubnet(subnet),
      gateway: gateway === '' ? defaultGateway(subnet, auxAddresses) : formatAddress(parseAddress(gateway)),
      showsGateway: gateway !== '',
      ipRange,
      auxAddresses,
    };
  });
}

function defaultGateway(subnet: Subnet, auxAddresses: Readonly<Record<string, string>>): string {
  const { family } = subnet;
  const taken = new Set(Object.values(auxAddresses));
  const { lowest, highest } = hostAddressesOf(subnet);
  for (let value = lowest; value <= highest; value++) {
    const address = formatAddress({ family, value });
    if (!taken.has(address)) return address;
  }
  return '';
}
