import type { Family } from '../../lib/ip.ts';
import type { EndpointRecord, EndpointSettings, NetworkRecord } from '../../state/networks.ts';
import type { LinkInfo } from '../../sys/netlink/route-netlink.ts';

/** What an endpoint has of its own in a network; empty strings where the network has no such addresses. */
export interface Reservation {
  readonly ipv4Address: string;
  readonly ipv6Address: string;
  readonly macAddress: string;
}

/** Where and how an endpoint is linked. */
export interface LinkPlan {
  /** The container's network namespace, pinned there. */
  readonly namespacePath: string;
  /** The families whose default route leads through this endpoint. */
  readonly defaultRoutes: ReadonlySet<Family>;
  /** Whether the container is published: then it reaches itself through the host, back over the link it came by. */
  readonly hairpin: boolean;
}

/** The links of the host, by name. */
export type HostLinks = ReadonlyMap<string, LinkInfo>;

export interface UpOptions {
  /** Containers run in the network: their addresses must go on working. */
  readonly inUse: boolean;
  /** Keeps a changed record for good; called before anything that depends on it is made in the kernel. */
  readonly keep: (network: NetworkRecord) => void;
}

/**
 * One kind of network. A driver keeps no state that a crash could lose: records come from the state database, and what
 * it makes in the kernel it finds again by name.
 */
export interface NetworkDriver {
  /** Whether containers have a namespace of their own, or the host's. */
  readonly namespace: 'own' | 'host';
  /** Whether such a network can be had beside the others. @throws with Docker's texts. */
  check(network: NetworkRecord, others: readonly NetworkRecord[]): void;
  /** What links in containers are called, before their number; undefined where there are none. */
  linkPrefix(network: NetworkRecord): string | undefined;
  /**
   * Chooses what the endpoint gets, none of `inUse`; called inside the transaction that keeps it.
   * @throws forbidden when there is no free address, or the wanted one is not free.
   */
  reserve(network: NetworkRecord, settings: EndpointSettings, inUse: ReadonlySet<string>): Reservation;
  /** Links and configures the endpoint. What is there of an earlier try is replaced. */
  connect(network: NetworkRecord, endpoint: EndpointRecord, plan: LinkPlan): Promise<void>;
  /** Takes the endpoint's link out of a namespace that goes on. Idempotent. */
  disconnect(endpoint: EndpointRecord, namespacePath: string): Promise<void>;
  /** Whether the link of an endpoint that was connected is still there and leads to where it should. */
  isConnected(
    network: NetworkRecord,
    endpoint: EndpointRecord,
    places: { host: HostLinks; namespacePath: string },
  ): boolean;
  /** Puts the link of an endpoint that is not connected, but was, in order again. */
  reconnect(network: NetworkRecord, endpoint: EndpointRecord, plan: LinkPlan, host: HostLinks): Promise<void>;
  /** The names of the links that the network has on the host, those of its endpoints included. */
  hostLinks(network: NetworkRecord, endpoints: readonly EndpointRecord[]): string[];
  /** Brings up what the network needs on the host. Idempotent. */
  up(network: NetworkRecord, options: UpOptions): Promise<void>;
  /** Removes what `up` made. Idempotent. */
  down(network: NetworkRecord): Promise<void>;
}
