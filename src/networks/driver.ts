import type { EndpointRecord, NetworkRecord } from '../state/networks.ts';
import type { NetworkRequest } from './container-network.ts';

/** What an endpoint has of its own in a network; empty strings where the network has no addresses. */
export interface Reservation {
  readonly address: string;
  readonly macAddress: string;
}

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
  /** The host's address in this network, or empty. */
  gatewayOf(network: NetworkRecord): string;
  /** Chooses what the endpoint gets, none of `inUse`; called inside the transaction that keeps it. */
  reserve(network: NetworkRecord, request: NetworkRequest, inUse: ReadonlySet<string>): Reservation;
  /** Links and configures the endpoint in the namespace pinned at `namespacePath`. */
  connect(network: NetworkRecord, endpoint: EndpointRecord, namespacePath: string): Promise<void>;
  /** Brings up what the network needs on the host. Idempotent. */
  up(network: NetworkRecord, options: UpOptions): Promise<void>;
  /** Removes what `up` made. Idempotent. */
  down(network: NetworkRecord): Promise<void>;
}
