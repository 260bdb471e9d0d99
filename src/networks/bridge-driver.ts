import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { internalError } from '../errors/engine-error.ts';
import type { EndpointRecord, NetworkRecord } from '../state/networks.ts';
import { addAddress, addDefaultRoute, createVethPair, isolatePort, setLinkUp } from '../sys/route-message.ts';
import type { RouteNetlink } from '../sys/route-netlink.ts';
import { allocateAddress } from './allocate-address.ts';
import type { BridgeDevice } from './bridge-device.ts';
import { allowsIcc, bridgeOf, mtuOf } from './bridge-options.ts';
import type { BridgeSubnets } from './bridge-subnets.ts';
import type { NetworkRequest } from './container-network.ts';
import type { NetworkDriver, Reservation, UpOptions } from './driver.ts';
import { broadcastOf, formatAddress, macOf, parseAddress, parseCidr } from './ipv4.ts';
import { parseMac } from './mac-address.ts';
import { vethName } from './names.ts';

const CONTAINER_LINK = 'eth0';
const SETTLE_MS = 500;

/** Docker's default kind of network: a bridge on the host, and a veth pair from it into each container. */
export class BridgeDriver implements NetworkDriver {
  readonly namespace = 'own';
  readonly #netlink: RouteNetlink;
  readonly #device: BridgeDevice;
  readonly #subnets: BridgeSubnets;
  /** The address given out last, per network: only a hint for the next one. */
  readonly #last = new Map<string, number>();

  constructor(netlink: RouteNetlink, device: BridgeDevice, subnets: BridgeSubnets) {
    this.#netlink = netlink;
    this.#device = device;
    this.#subnets = subnets;
  }

  gatewayOf(network: NetworkRecord): string {
    return network.gateway;
  }

  reserve(network: NetworkRecord, request: NetworkRequest, inUse: ReadonlySet<string>): Reservation {
    const { subnet } = parseCidr(network.subnet);
    const last = this.#last.get(network.id);
    const address = allocateAddress(subnet, { gateway: parseAddress(network.gateway), inUse, last });
    this.#last.set(network.id, address);
    return {
      address: formatAddress(address),
      macAddress: request.macAddress ? parseMac(request.macAddress) : macOf(address),
    };
  }

  async connect(network: NetworkRecord, endpoint: EndpointRecord, namespacePath: string): Promise<void> {
    await this.#plugIn(network, endpoint, namespacePath);
    // As in Docker's containers, IPv6 is off on the link of a network without it (and on for loopback).
    this.#netlink.setSysctl(`ipv6/conf/${CONTAINER_LINK}/disable_ipv6`, '1', namespacePath);
    const { subnet } = parseCidr(network.subnet);
    const socket = this.#netlink.open(namespacePath);
    try {
      const linkIndex = socket.linkIndex(CONTAINER_LINK);
      if (linkIndex === undefined) throw internalError(`${CONTAINER_LINK} went away from ${namespacePath}`);
      await socket.request([
        setLinkUp('lo'),
        addAddress({
          linkIndex,
          address: endpoint.address,
          broadcast: formatAddress(broadcastOf(subnet)),
          prefixLength: subnet.prefixLength,
        }),
        setLinkUp(CONTAINER_LINK),
        addDefaultRoute({ linkIndex, gateway: network.gateway }),
      ]);
    } finally {
      socket.close();
    }
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
      await socket.request([
        createVethPair({
          name,
          mtu: mtuOf(network),
          masterIndex,
          peerName: CONTAINER_LINK,
          peerMac: endpoint.macAddress,
          peerNamespaceFd,
        }),
        ...(allowsIcc(network) ? [] : [isolatePort(name)]),
      ]);
    } finally {
      socket.close();
      closeSync(peerNamespaceFd);
    }
  }

  up(network: NetworkRecord, { inUse, keep }: UpOptions): Promise<void> {
    return this.#subnets.settle(network, inUse, async (settled) => {
      // A bridge of this name with another subnet is left over from a data root that is gone, or from another --bip.
      if (settled.subnet !== network.subnet || settled.gateway !== network.gateway) {
        await this.#device.remove(bridgeOf(network));
      }
      keep(settled);
      const { subnet } = parseCidr(settled.subnet);
      const gateway = parseAddress(settled.gateway);
      await this.#device.ensure({ name: bridgeOf(settled), mtu: mtuOf(settled), gateway, subnet });
    });
  }

  down(network: NetworkRecord): Promise<void> {
    return this.#device.remove(bridgeOf(network));
  }
}
