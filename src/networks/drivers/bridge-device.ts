import { internalError } from '../../errors/engine-error.ts';
import { familyOf, formatAddress, lastOf, parseCidr } from '../../lib/ip.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { NetworkSubnet } from '../../state/networks.ts';
import { addAddress } from '../../sys/netlink/address-message.ts';
import { createBridge, deleteLink, setAlias, setLinkUp } from '../../sys/netlink/route-message.ts';
import type { RouteNetlink, RouteSocket } from '../../sys/netlink/route-netlink.ts';
import { macOf, randomMac } from '../addresses/mac-address.ts';

export interface BridgeRequest {
  readonly name: string;
  readonly mtu: number;
  readonly subnets: readonly NetworkSubnet[];
  readonly enableIpv6: boolean;
  /** The default network's bridge is this daemon's by its name alone. */
  readonly isDefault: boolean;
}

/** Bridges of the host, by name. */
export class BridgeDevice {
  readonly #netlink: RouteNetlink;
  readonly #alias: string;

  /** `alias` marks this daemon's links, for people and for the sweep at its next start. */
  constructor(netlink: RouteNetlink, alias: string) {
    this.#netlink = netlink;
    this.#alias = alias;
  }

  /**
   * The bridge exists, is up and has its addresses. What is there already stays, with all that is plugged into it; one
   * that somebody else made is used, and not marked as ours.
   * @throws internal for another kind of link with this name.
   */
  async ensure(bridge: BridgeRequest): Promise<void> {
    const { name, mtu, subnets, isDefault } = bridge;
    const socket = this.#netlink.open();
    try {
      const found = await socket.link(name);
      if (found !== undefined && found.kind !== 'bridge') {
        throw internalError(`existing interface ${name} is not a bridge`);
      }
      if (found === undefined) {
        const gateway = subnets.find(({ subnet }) => familyOf(subnet) === 4)?.gateway ?? '';
        const mac = gateway === '' ? randomMac() : macOf(gateway);
        await socket.request([createBridge({ name, mac, mtu }), setAlias(name, this.#alias)]);
      } else if (isDefault) {
        await socket.request([setAlias(name, this.#alias)]);
      }
      this.#settleIpv6(bridge);
      await this.#addAddresses(socket, bridge);
      await socket.request([setLinkUp(name)]);
    } finally {
      socket.close();
    }
  }

  /** On a host without IPv6 there is nothing to set. */
  #settleIpv6({ name, enableIpv6 }: BridgeRequest): void {
    if (!enableIpv6) return;
    this.#netlink.setSysctl(`ipv6/conf/${name}/disable_ipv6`, '0');
    // Routers among the containers must not change the host's routes.
    this.#netlink.setSysctl(`ipv6/conf/${name}/accept_ra`, '0');
    // Until a link-local address has been asked for in vain, for a second or two, the host finds no container by IPv6.
    this.#netlink.setSysctl(`ipv6/conf/${name}/accept_dad`, '0');
  }

  async #addAddresses(socket: RouteSocket, { name, subnets }: BridgeRequest): Promise<void> {
    const linkIndex = socket.linkIndex(name);
    if (linkIndex === undefined) throw internalError(`the bridge ${name} went away as it was made`);
    for (const { subnet: text, gateway } of subnets) {
      if (gateway === '') continue;
      const { subnet } = parseCidr(text);
      const { family, prefixLength } = subnet;
      const broadcast = family === 4 ? { broadcast: formatAddress({ family, value: lastOf(subnet) }) } : {};
      const address = addAddress({ linkIndex, address: gateway, ...broadcast, prefixLength });
      await socket.request([address]).catch((error: unknown) => {
        if (!hasErrorCode(error, 'EEXIST')) throw error;
      });
    }
  }

  /** Idempotent. Containers that are plugged in keep their links, which lead nowhere then. Others' bridges stay. */
  async remove(name: string, { isDefault }: Pick<BridgeRequest, 'isDefault'>): Promise<void> {
    const socket = this.#netlink.open();
    try {
      const found = await socket.link(name);
      if (found?.kind !== 'bridge' || (found.alias !== this.#alias && !isDefault)) return;
      await socket.request([deleteLink(name)]);
    } catch (error) {
      if (!hasErrorCode(error, 'ENODEV')) throw error;
    } finally {
      socket.close();
    }
  }
}
