import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { internalError } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { EndpointRecord, EndpointSettings, NetworkRecord } from '../../state/networks.ts';
import { createVethPair, deleteLink, isolatePort, setAlias, setMaster } from '../../sys/netlink/route-message.ts';
import type { RouteNetlink } from '../../sys/netlink/route-netlink.ts';
import { activeSubnets } from '../addresses/endpoint-addresses.ts';
import type { AddressBook } from '../addresses/reserve-addresses.ts';
import type { Subnets } from '../addresses/subnets.ts';
import { vethName } from '../names.ts';
import type { BridgeDevice } from './bridge-device.ts';
import { allowsIcc, bridgeOf, linkPrefixOf, mtuOf } from './bridge-options.ts';
import { checkBridge } from './check-bridge.ts';
import { configureLink } from './configure-link.ts';
import type { HostLinks, LinkPlan, NetworkDriver, Reservation, UpOptions } from './driver.ts';
import type { LinkGuard } from './link-guard.ts';

const SETTLE_MS = 500;

/** Docker's default kind of network: a bridge on the host, and a veth pair from it into each container. */
export class BridgeDriver implements NetworkDriver {
  readonly namespace = 'own';
  readonly #netlink: RouteNetlink;
  readonly #device: BridgeDevice;
  readonly #subnets: Subnets;
  readonly #addresses: AddressBook;
  readonly #guard: LinkGuard;
  readonly #alias: string;

  constructor(parts: {
    readonly netlink: RouteNetlink;
    readonly device: BridgeDevice;
    readonly subnets: Subnets;
    readonly addresses: AddressBook;
    readonly guard: LinkGuard;
    /** Marks this daemon's links. */
    readonly alias: string;
  }) {
    this.#netlink = parts.netlink;
    this.#device = parts.device;
    this.#subnets = parts.subnets;
    this.#addresses = parts.addresses;
    this.#guard = parts.guard;
    this.#alias = parts.alias;
  }

  check(network: NetworkRecord, others: readonly NetworkRecord[]): void {
    this.#subnets.refuseTaken(network, { byHost: true });
    checkBridge(network, others);
  }

  linkPrefix(network: NetworkRecord): string {
    return linkPrefixOf(network);
  }

  reserve(network: NetworkRecord, settings: EndpointSettings, inUse: ReadonlySet<string>): Reservation {
    return this.#addresses.reserve(network, settings, inUse);
  }

  async connect(network: NetworkRecord, endpoint: EndpointRecord, plan: LinkPlan): Promise<void> {
    await this.#plugIn(network, endpoint, plan.namespacePath);
    await Promise.all([
      configureLink(this.#netlink, network, endpoint, plan),
      this.#guard.apply(endpoint, { hairpin: plan.hairpin }),
    ]);
    await this.#settle([vethName(endpoint.endpointId), bridgeOf(network)]);
  }

  /**
   * The first packets count (a container's first DNS query), and until the host's ends have their carrier they are
   * dropped: seen in one of six connects. A link that does not settle is no reason to stop a container.
   */
  async #settle(links: readonly string[]): Promise<void> {
    const socket = this.#netlink.open();
    try {
      for (const deadline = Date.now() + SETTLE_MS; !(await socket.areOperational(links)); ) {
        if (Date.now() > deadline) return;
        await delay(1);
      }
    } finally {
      socket.close();
    }
  }

  async #plugIn(network: NetworkRecord, endpoint: EndpointRecord, namespacePath: string): Promise<void> {
    const bridge = bridgeOf(network);
    const peerNamespaceFd = openSync(namespacePath, 'r');
    const socket = this.#netlink.open();
    try {
      const masterIndex = socket.linkIndex(bridge);
      if (masterIndex === undefined) {
        throw internalError(`the bridge ${bridge} was removed from the host: start the daemon again to get it back`);
      }
      const name = vethName(endpoint.endpointId);
      if (socket.linkIndex(name) !== undefined) await socket.request([deleteLink(name)]);
      const pair = createVethPair({
        name,
        mtu: mtuOf(network),
        masterIndex,
        peerName: endpoint.linkName,
        peerMac: endpoint.macAddress,
        peerNamespaceFd,
      });
      await socket.request([pair, setAlias(name, this.#alias), ...(allowsIcc(network) ? [] : [isolatePort(name)])]);
    } finally {
      socket.close();
      closeSync(peerNamespaceFd);
    }
  }

  async disconnect(endpoint: EndpointRecord): Promise<void> {
    const socket = this.#netlink.open();
    try {
      // Both ends of a pair go together.
      await socket.request([deleteLink(vethName(endpoint.endpointId))]);
    } catch (error) {
      if (!hasErrorCode(error, 'ENODEV')) throw error;
    } finally {
      socket.close();
    }
  }

  /** The bridge may have been removed and made anew: the host's end must be a port of the one that is there now. */
  isConnected(network: NetworkRecord, endpoint: EndpointRecord, { host }: { host: HostLinks }): boolean {
    const bridge = host.get(bridgeOf(network));
    return bridge !== undefined && host.get(vethName(endpoint.endpointId))?.masterIndex === bridge.index;
  }

  /** A link that is still there is plugged in again: connections through it go on. */
  async reconnect(network: NetworkRecord, endpoint: EndpointRecord, plan: LinkPlan, host: HostLinks): Promise<void> {
    const bridge = host.get(bridgeOf(network));
    const name = vethName(endpoint.endpointId);
    if (bridge === undefined || !host.has(name)) return this.connect(network, endpoint, plan);
    const socket = this.#netlink.open();
    try {
      await socket.request([setMaster(name, bridge.index), ...(allowsIcc(network) ? [] : [isolatePort(name)])]);
    } finally {
      socket.close();
    }
    await this.#guard.apply(endpoint, { hairpin: plan.hairpin });
  }

  hostLinks(network: NetworkRecord, endpoints: readonly EndpointRecord[]): string[] {
    return [bridgeOf(network), ...endpoints.map(({ endpointId }) => vethName(endpointId))];
  }

  up(network: NetworkRecord, { inUse, keep }: UpOptions): Promise<void> {
    return this.#subnets.settle(network, inUse, async (settled) => {
      const name = bridgeOf(settled);
      const isDefault = network.name === 'bridge';
      // A bridge of this name with another subnet is left over from a data root that is gone, or from another --bip.
      if (JSON.stringify(settled.subnets) !== JSON.stringify(network.subnets)) {
        await this.#device.remove(name, { isDefault });
      }
      keep(settled);
      const { enableIpv6 } = settled;
      const subnets = activeSubnets(settled);
      await this.#device.ensure({ name, mtu: mtuOf(settled), subnets, enableIpv6, isDefault });
      // One that somebody had set down drops the first packets of its containers just as well.
      if (inUse) await this.#settle([name]);
    });
  }

  down(network: NetworkRecord): Promise<void> {
    return this.#device.remove(bridgeOf(network), { isDefault: network.name === 'bridge' });
  }
}
