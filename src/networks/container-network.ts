import type { ContainerId } from '../lib/ids.ts';

/** What a container asks of the network; `mode` is Docker's `HostConfig.NetworkMode`, `default` already resolved. */
export interface NetworkRequest {
  readonly id: ContainerId;
  readonly mode: 'bridge' | 'host' | 'none';
  readonly macAddress?: string;
  readonly aliases?: readonly string[];
}

/** An endpoint with Docker's field names in camelCase; empty strings where Docker has them. */
export interface Endpoint {
  readonly networkId: string;
  readonly networkName: string;
  readonly endpointId: string;
  readonly sandboxId: string;
  readonly sandboxKey: string;
  readonly macAddress: string;
  readonly ipAddress: string;
  readonly ipPrefixLength: number;
  readonly gateway: string;
}

/** The network namespace that a container's first process joins. */
export type NamespacePlan =
  /** The host's own. */
  | { readonly kind: 'host' }
  /** A new one that the OCI runtime makes, with loopback up and nothing else. */
  | { readonly kind: 'private' }
  /** One that exists already, pinned at `path`. */
  | { readonly kind: 'path'; readonly path: string };

export interface ContainerNetwork {
  /** Reserves the address, makes the namespace. The links are not there yet: call `connect` beside `crun create`. */
  prepare(
    request: NetworkRequest,
  ): Promise<{ readonly namespace: NamespacePlan; readonly endpoint: Endpoint | undefined }>;
  /** Links, addresses and routes; done before the container's process runs. */
  connect(id: ContainerId): Promise<void>;
  /** Undoes both; idempotent, and safe at any point in between. The address is free afterwards. */
  disconnect(id: ContainerId): Promise<void>;
  /** The endpoint of a container that is prepared or connected. */
  endpoint(id: ContainerId): Endpoint | undefined;
  /** Content of the container's /etc/hosts, /etc/hostname and /etc/resolv.conf, as Docker writes them. */
  files(
    request: NetworkRequest & {
      hostname: string;
      domainname: string;
      extraHosts: readonly string[];
      dns: readonly string[];
      dnsSearch: readonly string[];
      dnsOptions: readonly string[];
    },
  ): Promise<{ hosts: string; hostname: string; resolvConf: string }>;
  /** Brings bridge, forwarding and rules up; idempotent, at start. Endpoints of containers not in `running` go. */
  restore(running: ReadonlySet<ContainerId>): Promise<void>;
}
