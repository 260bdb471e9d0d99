import type { EndpointSettingsBody } from '../../../api-types/container-create.ts';
import type { Filters } from '../../../lib/filters.ts';
import type { CreateNetworkRequest } from '../../../networks/create-network-request.ts';
import type { EndpointRecord, NetworkRecord } from '../../../state/networks.ts';

export type { CreateNetworkRequest, EndpointRecord, NetworkRecord };

export interface NetworkBackend {
  readonly networks: {
    /** In the order of their making. */
    list(): readonly NetworkRecord[];
    /** By ID, name, or unambiguous beginning of an ID. @throws not_found, invalid_argument */
    find(reference: string): NetworkRecord;
    /** The places of running containers in a network. */
    endpointsIn(network: NetworkRecord): readonly EndpointRecord[];
    /** What the host forwards for a network, as text for people. */
    rules(network: NetworkRecord): Promise<string>;
    create(request: CreateNetworkRequest): Promise<NetworkRecord>;
    remove(network: NetworkRecord): Promise<void>;
    /** Removes those that no running container is in. @returns their names */
    prune(filters: Filters, untilNs: bigint | undefined): Promise<readonly string[]>;
  };
  readonly containers: {
    /** Undefined for a container that is not there. */
    nameOf(id: string): string | undefined;
    /** @throws not_found, forbidden, invalid_argument */
    connect(reference: string, network: string, settings: EndpointSettingsBody | undefined): Promise<void>;
    /** @throws not_found, internal when it is not in there */
    disconnect(reference: string, network: string, options: { readonly force: boolean }): Promise<void>;
  };
}
