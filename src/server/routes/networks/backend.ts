import type { EndpointRecord, NetworkRecord } from '../../../state/networks.ts';

export type { EndpointRecord, NetworkRecord };

/** What these routes need to know of a container. */
export interface NetworkedContainer {
  readonly id: string;
  readonly name: string;
  readonly running: boolean;
  /** The name of the network that it was created for. */
  readonly network: string;
}

export interface NetworkBackend {
  readonly networks: {
    /** In the order of their making. */
    list(): readonly NetworkRecord[];
    /** The places of running containers in a network. */
    endpoints(network: NetworkRecord): readonly EndpointRecord[];
  };
  readonly containers: {
    /** By name, ID or unambiguous beginning of an ID. @throws not_found */
    find(reference: string): NetworkedContainer;
  };
}
