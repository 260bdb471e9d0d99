import type { NetworkRecord } from '../state/networks.ts';
import type { HostRoute } from '../sys/host-routes.ts';
import type { Syscalls } from '../sys/syscalls.ts';
import { type AddressPool, chooseSubnet } from './address-pools.ts';
import { bridgeOf } from './bridge-options.ts';
import { withHostLock } from './host-lock.ts';
import { formatAddress, formatSubnet, overlaps, parseCidr, type Subnet } from './ipv4.ts';

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
  readonly warn: (message: string) => void;
}

/** Decides which subnet a bridge has, such that no two daemons of a host take the same. */
export class BridgeSubnets {
  readonly #syscalls: Pick<Syscalls, 'tryLock'>;
  readonly #options: SubnetOptions;

  constructor(syscalls: Pick<Syscalls, 'tryLock'>, options: SubnetOptions) {
    this.#syscalls = syscalls;
    this.#options = options;
  }

  /**
   * Gives the network a subnet when it has none, keeps the one it has otherwise. It changes only for another `bip`, or
   * when the host has come to use it elsewhere since, and never under running containers. `use` puts it on a link while
   * no other daemon can choose: the link's route is what keeps others off it.
   * @throws forbidden when all pools are used up.
   */
  settle(network: NetworkRecord, inUse: boolean, use: (settled: NetworkRecord) => Promise<void>): Promise<void> {
    return withHostLock(this.#syscalls, this.#options.lockPath, async () => {
      await use(await this.#decide(network, inUse));
    });
  }

  async #decide(network: NetworkRecord, inUse: boolean): Promise<NetworkRecord> {
    const { bip, pools, warn } = this.#options;
    const current = network.subnet === '' ? undefined : parseCidr(network.subnet).subnet;
    if (bip !== undefined) {
      const { address, subnet } = parseCidr(bip);
      const wanted = { ...network, subnet: formatSubnet(subnet), gateway: formatAddress(address) };
      if (!inUse || (wanted.subnet === network.subnet && wanted.gateway === network.gateway)) return wanted;
      warn(`containers run in ${network.subnet}: --bip ${bip} takes effect when the daemon starts with none running`);
      return network;
    }
    if (current !== undefined && inUse) return network;
    const taken = await this.#taken(bridgeOf(network));
    if (current !== undefined) {
      if (!taken.some((other) => overlaps(other, current))) return network;
      warn(`the host uses ${network.subnet} elsewhere now: the network ${network.name} gets another subnet`);
    }
    const subnet = chooseSubnet(pools, taken);
    return { ...network, subnet: formatSubnet(subnet), gateway: formatAddress(subnet.base + 1) };
  }

  async #taken(ownLink: string): Promise<Subnet[]> {
    const routes = this.#options
      .hostRoutes()
      .filter(({ link, prefixLength }) => link !== ownLink && prefixLength >= WIDEST_PREFIX)
      .map(({ destination, prefixLength }) => ({ base: destination, prefixLength }));
    const addresses = await this.#options.keepClearOf();
    return [...routes, ...addresses.map((address) => parseCidr(`${address}/32`).subnet)];
  }
}
