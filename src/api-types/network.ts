import { endpointSettingsBody } from './container-create.ts';
import { bool, type Decoded, field, list, map, nullable, optional, string, struct } from './shape.ts';

export interface IpamConfig {
  readonly Subnet: string;
  readonly IPRange?: string;
  readonly Gateway?: string;
  readonly AuxiliaryAddresses?: Readonly<Record<string, string>>;
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
    readonly Options: Readonly<Record<string, string>> | null;
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

/** The answer of `GET /networks/{id}/rules`, which Docker does not have: text for people. */
export interface NetworkRules {
  readonly Rules: string;
}

export interface NetworksPruneResponse {
  readonly NetworksDeleted: readonly string[] | null;
}

const ipamConfigBody = struct('network.IPAMConfig', {
  Subnet: field(string),
  IPRange: field(string),
  Gateway: field(string),
  AuxiliaryAddresses: field(map(string)),
});

const ipamBody = struct('network.IPAM', {
  Driver: field(string),
  Options: field(map(string)),
  Config: field(list(ipamConfigBody)),
});

/** In Docker all but the name is a struct of its own, which its messages name. */
const EMBEDDED = 'NetworkCreate.';

/** The body of `POST /networks/create`. */
export const networkCreateBody = struct('NetworkCreateRequest', {
  Name: field(string),
  Driver: field(string, EMBEDDED),
  Scope: field(string, EMBEDDED),
  EnableIPv4: field(nullable(bool), EMBEDDED),
  EnableIPv6: field(nullable(bool), EMBEDDED),
  IPAM: optional(ipamBody, EMBEDDED),
  Internal: field(bool, EMBEDDED),
  Attachable: field(bool, EMBEDDED),
  Ingress: field(bool, EMBEDDED),
  ConfigOnly: field(bool, EMBEDDED),
  ConfigFrom: optional(struct('network.ConfigReference', { Network: field(string) }), EMBEDDED),
  Options: field(map(string), EMBEDDED),
  Labels: field(map(string), EMBEDDED),
});
export type NetworkCreateBody = Decoded<typeof networkCreateBody>;

export interface NetworkCreateResponse {
  readonly Id: string;
  readonly Warning: string;
}

/** The body of `POST /networks/{id}/connect`. */
export const networkConnectBody = struct('NetworkConnect', {
  Container: field(string),
  EndpointConfig: optional(endpointSettingsBody),
});

/** The body of `POST /networks/{id}/disconnect`. */
export const networkDisconnectBody = struct('NetworkDisconnect', { Container: field(string), Force: field(bool) });
