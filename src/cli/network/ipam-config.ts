import { contains, isAddress, overlaps, parseAddress, parseCidr, type Subnet } from '../../lib/ip.ts';

export interface IpamFlags {
  readonly subnets: readonly string[];
  readonly ranges: readonly string[];
  readonly gateways: readonly string[];
  readonly auxAddresses: Readonly<Record<string, string>>;
}

/** A subnet with what belongs to it, as the API takes it; absent fields are left to the daemon. */
export interface IpamConfig {
  Subnet: string;
  IPRange?: string;
  Gateway?: string;
  AuxiliaryAddresses?: Record<string, string>;
}

/**
 * Gives ranges, gateways and auxiliary addresses to the subnets that they lie in.
 * @throws Error with docker's text for what lies in none, or is there twice.
 */
export function ipamConfig({ subnets, ranges, gateways, auxAddresses }: IpamFlags): IpamConfig[] {
  if (subnets.length < ranges.length || subnets.length < gateways.length) {
    throw new Error('every ip-range or gateway must have a corresponding subnet');
  }
  const configs: IpamConfig[] = subnets.map((Subnet) => ({ Subnet }));
  if (subnets.length > 1) refuseOverlaps(subnets.map(subnetOf));
  for (const range of ranges) {
    for (const config of homesOf(configs, range, 'range')) {
      if (config.IPRange !== undefined) {
        throw new Error(
          `cannot configure multiple ranges (${range}, ${config.IPRange}) on the same subnet (${config.Subnet})`,
        );
      }
      config.IPRange = range;
    }
  }
  for (const gateway of gateways) {
    for (const config of homesOf(configs, gateway, 'gateway')) {
      if (config.Gateway !== undefined) {
        throw new Error(
          `cannot configure multiple gateways (${gateway}, ${config.Gateway}) for the same subnet (${config.Subnet})`,
        );
      }
      config.Gateway = gateway;
    }
  }
  for (const [name, address] of Object.entries(auxAddresses)) {
    for (const config of homesOf(configs, address, 'aux-address')) {
      config.AuxiliaryAddresses = { ...config.AuxiliaryAddresses, [name]: address };
    }
  }
  return configs;
}

function subnetOf(text: string): Subnet {
  try {
    return parseCidr(text).subnet;
  } catch (error) {
    throw new Error(`invalid subnet: invalid CIDR address: ${text}`, { cause: error });
  }
}

function refuseOverlaps(subnets: readonly Subnet[]): void {
  for (const [index, subnet] of subnets.entries()) {
    if (subnets.slice(index + 1).some((other) => overlaps(subnet, other))) {
      throw new Error('multiple overlapping subnet configuration is not supported');
    }
  }
}

function homesOf(configs: readonly IpamConfig[], text: string, what: string): IpamConfig[] {
  const found = configs.filter(({ Subnet }) => {
    const subnet = subnetOf(Subnet);
    if (text.includes('/')) return contains(subnet, parseCidr(text).address);
    return isAddress(text) && contains(subnet, parseAddress(text));
  });
  if (found.length === 0) throw new Error(`no matching subnet for ${what} ${text}`);
  return found;
}
