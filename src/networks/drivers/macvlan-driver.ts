import { closeSync, openSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { internalError } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { EndpointRecord, EndpointSettings, NetworkRecord } from '../../state/networks.ts';
import { createMacvlan, MACVLAN_MODES, type MacvlanMode } from '../../sys/netlink/macvlan-message.ts';
import { deleteLink } from '../../sys/netlink/route-message.ts';
import type { RouteNetlink } from '../../sys/netlink/route-netlink.ts';
import type { AddressBook } from '../addresses/reserve-addresses.ts';
import type { Subnets } from '../addresses/subnets.ts';
import { linkPrefixOf, mtuOf } from './bridge-options.ts';
import { configureLink } from './configure-link.ts';
import type { LinkPlan, NetworkDriver, Reservation, UpOptions } from './driver.ts';

const PARENT = 'parent';
const MODE = 'macvlan_mode';

/** Containers with a place of their own in the network that a link of the host, the parent, is in. */
export class MacvlanDriver implements NetworkDriver {
  readonly namespace = 'own';
  readonly #netlink: RouteNetlink;
  readonly #subnets: Subnets;
  readonly #addresses: AddressBook;

  constructor(parts: {
    readonly netlink: RouteNetlink;
    readonly subnets: Subnets;
    readonly addresses: AddressBook;
  }) {
    this.#netlink = parts.netlink;
    this.#subnets = parts.subnets;
    this.#addresses = parts.addresses;
  }

  /** The subnet is usually the parent's own: what the host uses it for is no reason to refuse it. */
  check(network: NetworkRecord, others: readonly NetworkRecord[]): void {
    modeOf(network);
    const parent = parentOf(network);
    this.#parentIndex(parent);
    const other = others.find((one) => one.driver === 'macvlan' && parentOf(one) === parent);
    if (other !== undefined) {
      throw internalError(`network dm-${other.id.slice(0, 12)} is already using parent interface ${parent}`);
    }
    this.#subnets.refuseTaken(network, { byHost: false });
  }

  linkPrefix(network: NetworkRecord): string {
    return linkPrefixOf(network);
  }

  /** The host is in that network itself: nobody else gets its address. */
  reserve(network: NetworkRecord, settings: EndpointSettings, inUse: ReadonlySet<string>): Reservation {
    const ownAddresses = (networkInterfaces()[parentOf(network)] ?? []).map(({ address }) => address);
    return this.#addresses.reserve(network, settings, new Set([...inUse, ...ownAddresses]));
  }

  async connect(network: NetworkRecord, endpoint: EndpointRecord, plan: LinkPlan): Promise<void> {
    const parentIndex = this.#parentIndex(parentOf(network));
    await this.disconnect(endpoint, plan.namespacePath);
    const namespaceFd = openSync(plan.namespacePath, 'r');
    const socket = this.#netlink.open();
    try {
      const { linkName: name, macAddress: mac } = endpoint;
      await socket.request([
        createMacvlan({ name, mac, parentIndex, mode: modeOf(network), ...mtu(network), namespaceFd }),
      ]);
    } finally {
      socket.close();
      closeSync(namespaceFd);
    }
    await configureLink(this.#netlink, network, endpoint, plan);
  }

  async disconnect({ linkName }: EndpointRecord, namespacePath: string): Promise<void> {
    const socket = this.#netlink.open(namespacePath);
    try {
      await socket.request([deleteLink(linkName)]);
    } catch (error) {
      if (!hasErrorCode(error, 'ENODEV')) throw error;
    } finally {
      socket.close();
    }
  }

  /** The kernel takes these links away together with their parent. */
  isConnected(_network: NetworkRecord, { linkName }: EndpointRecord, places: { namespacePath: string }): boolean {
    const socket = this.#netlink.open(places.namespacePath);
    try {
      return socket.linkIndex(linkName) !== undefined;
    } finally {
      socket.close();
    }
  }

  reconnect(network: NetworkRecord, endpoint: EndpointRecord, plan: LinkPlan): Promise<void> {
    return this.connect(network, endpoint, plan);
  }

  hostLinks(): string[] {
    return [];
  }

  up(network: NetworkRecord, { inUse, keep }: UpOptions): Promise<void> {
    return this.#subnets.settle(network, inUse, async (settled) => {
      await this.#probe(settled);
      keep(settled);
    });
  }

  /** A kernel without macvlan is known now, and not by the first container. */
  async #probe(network: NetworkRecord): Promise<void> {
    const parentIndex = this.#parentIndex(parentOf(network));
    const name = `mv${network.id.slice(0, 12)}`;
    const socket = this.#netlink.open();
    try {
      await socket.request([createMacvlan({ name, parentIndex, mode: modeOf(network) }), deleteLink(name)]);
    } catch (error) {
      if (!hasErrorCode(error, 'EOPNOTSUPP', 'ENOTSUP')) throw error;
      throw internalError("this host's kernel has no macvlan links: operation not supported", error);
    } finally {
      socket.close();
    }
  }

  down(): Promise<void> {
    return Promise.resolve();
  }

  #parentIndex(parent: string): number {
    const socket = this.#netlink.open();
    try {
      const index = socket.linkIndex(parent);
      if (index === undefined) throw internalError(`-o parent interface was not found on the host: ${parent}`);
      return index;
    } finally {
      socket.close();
    }
  }
}

function parentOf({ options }: NetworkRecord): string {
  const parent = options[PARENT] ?? '';
  if (parent === '') throw internalError('a macvlan network needs the link of the host that it is on: -o parent=eth0');
  return parent;
}

function modeOf({ options }: NetworkRecord): MacvlanMode {
  const wanted = options[MODE] || 'bridge';
  const mode = MACVLAN_MODES.find((one) => one === wanted);
  if (mode !== undefined) return mode;
  throw internalError(`requested macvlan mode '${wanted}' is not valid, 'bridge' mode is the macvlan driver default`);
}

/** Without the option a link has its parent's. */
function mtu(network: NetworkRecord): { mtu?: number } {
  return network.options['com.docker.network.driver.mtu'] === undefined ? {} : { mtu: mtuOf(network) };
}
