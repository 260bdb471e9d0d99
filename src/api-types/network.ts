import { bool, type Decoded, field, string, struct } from './shape.ts';

export interface IpamConfig {
  readonly Subnet: string;
  readonly Gateway: string;
}

/** A container's place in a network, as `GET /networks/{id}` shows it under the container's ID. */
export interface EndpointResource {
  readonly Name: string;
  readonly EndpointID: string;
  readonly MacAddress: string;
  /** With the prefix length; empty in networks without addresses. */
  readonly IPv4Address: string;
  readonly IPv6Address: string;
}

/** The answer of `GET /networks/{id}`, and an item of `GET /networks`. */
export interface NetworkResource {
  readonly Name: string;
  readonly Id: string;
  /** RFC 3339. */
  readonly Created: string;
  readonly Scope: 'local';
  readonly Driver: string;
  /** From API 1.48 on. */
  readonly EnableIPv4?: boolean;
  readonly EnableIPv6: boolean;
  readonly IPAM: {
    readonly Driver: 'default';
    readonly Options: null;
    /** Null for networks without addresses. */
    readonly Config: readonly IpamConfig[] | null;
  };
  readonly Internal: boolean;
  readonly Attachable: boolean;
  readonly Ingress: boolean;
  readonly ConfigFrom: { readonly Network: string };
  readonly ConfigOnly: boolean;
  /** By container ID; empty in lists. */
  readonly Containers: Readonly<Record<string, EndpointResource>>;
  readonly Options: Readonly<Record<string, string>>;
  readonly Labels: Readonly<Record<string, string>>;
}

export interface NetworksPruneResponse {
  readonly NetworksDeleted: readonly string[] | null;
}

/** What is read of the body of `POST /networks/create`. */
export const networkCreateBody = struct('NetworkCreateRequest', { Name: field(string), Driver: field(string) });
export type NetworkCreateBody = Decoded<typeof networkCreateBody>;

/** What is read of the body of `POST /networks/{id}/connect`. */
export const networkConnectBody = struct('NetworkConnect', { Container: field(string) });

/** The body of `POST /networks/{id}/disconnect`. */
export const networkDisconnectBody = struct('NetworkDisconnect', { Container: field(string), Force: field(bool) });
