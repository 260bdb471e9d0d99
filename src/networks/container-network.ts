import type { ContainerId } from '../lib/ids.ts';
import type { EndpointSettings, NetworkRecord } from '../state/networks.ts';
import type { PublishedPort } from '../state/published-ports.ts';
import type { Fd } from '../sys/syscalls.ts';
import type { PortRequest } from './ports/port-request.ts';

/** One network that a container asks for. */
export interface NetworkAttachment {
  /** Name, ID, or unambiguous beginning of an ID. */
  readonly network: string;
  readonly settings: EndpointSettings;
}

/** What a container asks of the network when it starts. */
export interface NetworkRequest {
  readonly id: ContainerId;
  /** In the order of connecting: the first one gets `eth0`. */
  readonly networks: readonly NetworkAttachment[];
  /** The container's own names; where names are resolved, its aliases and its short ID are added. */
  readonly name: string;
  readonly hostname: string;
  /** Whether it may set up its links itself (CAP_NET_ADMIN). */
  readonly configuresNetwork: boolean;
  /** Ports of the container to be reached through the host. */
  readonly ports: readonly PortRequest[];
}

/** An endpoint with Docker's field names in camelCase; empty strings where Docker has them. */
export interface Endpoint {
  readonly networkId: string;
  readonly networkName: string;
  readonly endpointId: string;
  readonly macAddress: string;
  readonly ipAddress: string;
  readonly ipPrefixLength: number;
  readonly gateway: string;
  readonly ipv6Address: string;
  readonly ipv6PrefixLength: number;
  readonly ipv6Gateway: string;
  /** Empty where names are not resolved. */
  readonly dnsNames: readonly string[];
}

/** A container's network namespace, for one run. */
export interface Sandbox {
  readonly id: string;
  /** Where it is pinned. */
  readonly key: string;
}

/** The network namespace that a container's first process joins. */
export type NamespacePlan =
  /** The host's own. */
  | { readonly kind: 'host' }
  /** A new one that the OCI runtime makes, with loopback up and nothing else. */
  | { readonly kind: 'private' }
  /** One that exists already, pinned at `path`. */
  | { readonly kind: 'path'; readonly path: string };

export interface PreparedNetwork {
  readonly namespace: NamespacePlan;
  readonly sandbox: Sandbox;
  /** In the order of the request. */
  readonly endpoints: readonly Endpoint[];
}

export interface FilesRequest {
  readonly id: ContainerId;
  readonly hostname: string;
  readonly domainname: string;
  readonly extraHosts: readonly string[];
  readonly dns: readonly string[];
  readonly dnsSearch: readonly string[];
  readonly dnsOptions: readonly string[];
}

export interface ContainerNetwork {
  /** By ID, name, or unambiguous beginning of an ID. @throws not_found, invalid_argument. */
  find(reference: string): NetworkRecord;
  /**
   * Reserves the addresses, makes the namespace. The links are not there yet: call `connect` beside `crun create`.
   * @throws not_found for a network; forbidden, invalid_argument for an address that cannot be given; internal for a
   * port that somebody has.
   */
  prepare(request: NetworkRequest): Promise<PreparedNetwork>;
  /** The ports of the host that lead to a container that is prepared or connected. */
  publishedPorts(id: ContainerId): readonly PublishedPort[];
  /** The sockets that keep these ports, for the container's monitor to hold while it lives. */
  portSockets(id: ContainerId): readonly Fd[];
  /** The monitor holds them now: the daemon's own copies are closed. Idempotent; `disconnect` does it as well. */
  closePortSockets(id: ContainerId): void;
  /**
   * Links, addresses, routes and a name server; done before the container's process runs. `servers` are the name servers
   * that were named for the container.
   */
  connect(id: ContainerId, servers?: readonly string[]): Promise<void>;
  /** Undoes both; idempotent, and safe at any point in between. The addresses are free afterwards. */
  disconnect(id: ContainerId): Promise<void>;
  /**
   * Puts a running container into one more network, wholly or not at all.
   * @throws forbidden when it is in there; otherwise as `prepare`.
   */
  attach(
    request: Omit<NetworkRequest, 'networks'> & NetworkAttachment,
    sandbox: Sandbox,
    servers: readonly string[],
  ): Promise<Endpoint>;
  /** Takes a running container out of a network; idempotent. */
  detach(id: ContainerId, networkId: string): Promise<void>;
  /** The endpoints of a container that is prepared or connected. */
  endpoints(id: ContainerId): Endpoint[];
  /** A running container has another name now. */
  rename(id: ContainerId, oldName: string, name: string): void;
  /** Content of the container's /etc/hosts, /etc/hostname and /etc/resolv.conf, as Docker writes them. */
  files(request: FilesRequest): Promise<{ hosts: string; hostname: string; resolvConf: string }>;
  /** Brings bridges, forwarding and rules up; idempotent, at start. Endpoints of containers not in `running` go. */
  restore(running: ReadonlySet<ContainerId>): Promise<void>;
}
