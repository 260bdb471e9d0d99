import { EngineError, internalError, invalidArgument } from '../../errors/engine-error.ts';
import { contains, type Family, familyOf, formatAddress, parseAddress, parseCidr } from '../../lib/ip.ts';
import type { EndpointSettings, NetworkRecord, NetworkSubnet } from '../../state/networks.ts';
import type { Reservation } from '../drivers/driver.ts';
import { allocateAddress, hostAddressesOf } from './allocate-address.ts';
import { activeSubnets } from './endpoint-addresses.ts';
import { macOf, parseMac, randomMac } from './mac-address.ts';

/** Gives out the addresses of networks that have subnets. */
export class AddressBook {
  /** The address given out last, per subnet of a network: only a hint for the next one. */
  readonly #last = new Map<string, string>();

  /**
   * One address per family that the network has: the wanted one, or the next one that is free.
   * @throws internal when there is none, forbidden when the wanted one is taken, invalid_argument when it is in no subnet.
   */
  reserve(network: NetworkRecord, settings: EndpointSettings, inUse: ReadonlySet<string>): Reservation {
    const ipv4Address = this.#reserve(network, 4, settings.ipam?.ipv4Address ?? '', inUse);
    const ipv6Address = this.#reserve(network, 6, settings.ipam?.ipv6Address ?? '', inUse);
    const { macAddress } = settings;
    const ownMac = ipv4Address === '' ? randomMac() : macOf(ipv4Address);
    return { ipv4Address, ipv6Address, macAddress: macAddress === '' ? ownMac : parseMac(macAddress) };
  }

  #reserve(network: NetworkRecord, family: Family, wanted: string, inUse: ReadonlySet<string>): string {
    const subnets = activeSubnets(network).filter(({ subnet }) => familyOf(subnet) === family);
    if (subnets.length === 0) return '';
    if (wanted !== '') return checkWanted(subnets, wanted, inUse);
    for (const subnet of subnets) {
      const key = `${network.id} ${subnet.subnet}`;
      const address = allocateAddress(subnet, { inUse, last: this.#last.get(key) });
      if (address === undefined) continue;
      this.#last.set(key, address);
      return address;
    }
    throw internalError(
      `no available IPv${family} addresses on this network's address pools: ${network.name} (${network.id})`,
    );
  }
}

function checkWanted(subnets: readonly NetworkSubnet[], wanted: string, inUse: ReadonlySet<string>): string {
  const parsed = parseAddress(wanted);
  const address = formatAddress(parsed);
  const home = subnets.find(({ subnet }) => contains(parseCidr(subnet).subnet, parsed));
  if (home === undefined) {
    throw invalidArgument(`no configured subnet contains IP address ${wanted}`);
  }
  const { lowest, highest } = hostAddressesOf(parseCidr(home.subnet).subnet);
  const isKept = parsed.value < lowest || parsed.value > highest || address === home.gateway;
  if (isKept || inUse.has(address) || Object.values(home.auxAddresses).includes(address)) {
    throw new EngineError('forbidden', 'Address already in use');
  }
  return address;
}
