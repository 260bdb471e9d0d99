import { EngineError } from '../../errors/engine-error.ts';
import { type Family, familyOf, formatAddress, formatSubnet, overlaps, parseCidr, type Subnet } from '../../lib/ip.ts';
import type { NetworkRecord, NetworkSubnet } from '../../state/networks.ts';
import type { HostRoute } from '../../sys/netlink/host-routes.ts';
import type { Syscalls } from '../../sys/syscalls.ts';
import { bridgeOf } from '../drivers/bridge-options.ts';
import { withHostLock } from '../host-lock.ts';
import { type AddressPool, chooseSubnet } from './address-pools.ts';

/** Wider routes than this are a way out (a VPN's 0.0.0.0/1), not a network that a subnet could collide with. */
const WIDEST_PREFIX = 4;

export interface SubnetOptions {
  /** `--bip`: the default bridge's own address and prefix. */
  readonly bip: string | undefined;
  readonly pools: readonly AddressPool[];
  /** The file that daemons of this host lock while they choose. */
  readonly lockPath: string;
  readonly hostRoutes: () => readonly HostRoute[];
  /** Addresses that no subnet may cover, such as the host's nameservers. */
  readonly keepClearOf: () => Promise<readonly string[]>;
  /** All networks of this daemon that have subnets of their own, also those whose bridges are not there. */
  readonly networks: () => readonly NetworkRecord[];
  readonly warn: (message: string) => void;
}

/** Decides which subnets a network has, such that no two networks of a host's daemons have the same. */
export class Subnets {
  readonly #syscalls: Pick<Syscalls, 'tryLock'>;
  readonly #options: SubnetOptions;

  constructor(syscalls: Pick<Syscalls, 'tryLock'>, options: SubnetOptions) {
    this.#syscalls = syscalls;
    this.#options = options;
  }

  /**
   * Gives the network the subnets that it lacks, keeps those it has otherwise. Those that the daemon chose change for
   * another `bip`, or when the host has come to use them elsewhere since, and never under running containers. `use` puts
   * them on a link while no other daemon can choose: the link's route is what keeps others off them.
   * @throws forbidden, not_found when all pools are used up.
   */
  settle(network: NetworkRecord, inUse: boolean, use: (settled: NetworkRecord) => Promise<void>): Promise<void> {
    return withHostLock(this.#syscalls, this.#options.lockPath, async () => {
      await use(await this.#decide(network, inUse));
    });
  }

  /**
   * For subnets that were asked for, before `settle`. @throws forbidden for one that another network has, or (`byHost`)
   * the host itself.
   */
  refuseTaken(network: NetworkRecord, { byHost }: { readonly byHost: boolean }): void {
    const wanted = network.subnets.map(({ subnet }) => parseCidr(subnet).subnet);
    const own = this.#ofOthers(network);
    const hosts = byHost ? this.#options.hostRoutes().filter(({ link }) => link !== bridgeOf(network)) : [];
    const isTaken = (one: Subnet): boolean =>
      own.some((other) => overlaps(one, other)) || hosts.some((route) => collides(one, route));
    const twice = wanted.some((one, index) => wanted.slice(index + 1).some((other) => overlaps(one, other)));
    if (twice || wanted.some(isTaken)) {
      throw new EngineError('forbidden', 'Pool overlaps with other one on this address space');
    }
  }

  async #decide(network: NetworkRecord, inUse: boolean): Promise<NetworkRecord> {
    const { bip, warn } = this.#options;
    if (bip !== undefined && network.name === 'bridge') return this.#byBip(network, bip, inUse);
    const taken = await this.#taken(network);
    const isFree = ({ subnet }: NetworkSubnet): boolean =>
      !taken.some((other) => overlaps(other, parseCidr(subnet).subnet));
    const stays = (one: NetworkSubnet): boolean =>
      inUse || network.ownFamilies.includes(familyOf(one.subnet)) || isFree(one);
    for (const { subnet } of network.subnets.filter((one) => !stays(one))) {
      warn(`the host uses ${subnet} elsewhere now: the network ${network.name} gets another subnet`);
    }
    const subnets = network.subnets.filter(stays);
    for (const family of familiesOf(network)) {
      if (subnets.some(({ subnet }) => familyOf(subnet) === family)) continue;
      subnets.push(chosen(chooseSubnet(this.#options.pools, family, taken)));
    }
    return { ...network, subnets };
  }

  #byBip(network: NetworkRecord, bip: string, inUse: boolean): NetworkRecord {
    const { address, subnet } = parseCidr(bip);
    const wanted: NetworkSubnet = { ...chosen(subnet), gateway: formatAddress(address) };
    const [current] = network.subnets;
    if (!inUse || (wanted.subnet === current?.subnet && wanted.gateway === current.gateway)) {
      return { ...network, subnets: [wanted] };
    }
    const { warn } = this.#options;
    warn(`containers run in ${current?.subnet}: --bip ${bip} takes effect when the daemon starts with none running`);
    return network;
  }

  async #taken(network: NetworkRecord): Promise<Subnet[]> {
    const routes = this.#options
      .hostRoutes()
      .filter(({ link, subnet }) => link !== bridgeOf(network) && subnet.prefixLength >= WIDEST_PREFIX)
      .map(({ subnet }) => subnet);
    const addresses = await this.#options.keepClearOf();
    const hosts = addresses.map((address) => parseCidr(`${address}/${familyOf(address) === 4 ? 32 : 128}`).subnet);
    return [...routes, ...hosts, ...this.#ofOthers(network)];
  }

  #ofOthers(network: NetworkRecord): Subnet[] {
    return this.#options
      .networks()
      .filter(({ id }) => id !== network.id)
      .flatMap(({ subnets }) => subnets.map(({ subnet }) => parseCidr(subnet).subnet));
  }
}

function familiesOf({ enableIpv4, enableIpv6 }: NetworkRecord): Family[] {
  return [...(enableIpv4 ? [4 as const] : []), ...(enableIpv6 ? [6 as const] : [])];
}

function chosen(subnet: Subnet): NetworkSubnet {
  const gateway = formatAddress({ family: subnet.family, value: subnet.base + 1n });
  return { subnet: formatSubnet(subnet), gateway, showsGateway: true, ipRange: '', auxAddresses: {} };
}

/** Neighbours of the host, and routes that would lose a part; a wider route to a router keeps the rest of it. */
function collides(subnet: Subnet, { subnet: route, hasGateway }: HostRoute): boolean {
  if (route.prefixLength < WIDEST_PREFIX || !overlaps(subnet, route)) return false;
  return !hasGateway || route.prefixLength >= subnet.prefixLength;
}
