import { configFields } from './container-config.ts';
import { hostConfig } from './host-config.ts';
import { type Decoded, field, int, list, map, nullable, optional, string, struct } from './shape.ts';

const ipamConfig = struct('network.EndpointIPAMConfig', {
  IPv4Address: optional(string),
  IPv6Address: optional(string),
  LinkLocalIPs: optional(list(string)),
});

/** What a client may ask of an endpoint; the fields that only the engine fills in are ignored. */
export const endpointSettingsBody = struct('network.EndpointSettings', {
  IPAMConfig: optional(ipamConfig),
  Links: field(list(string)),
  Aliases: field(list(string)),
  MacAddress: field(string),
  DriverOpts: field(map(string)),
  GwPriority: optional(int),
});

export type EndpointSettingsBody = Decoded<typeof endpointSettingsBody>;

const networkingConfig = struct('network.NetworkingConfig', {
  EndpointsConfig: field(map(nullable(endpointSettingsBody))),
});

/** The body of `POST /containers/create`. */
export const createBody = struct('runconfig.ContainerConfigWrapper', {
  ...configFields,
  HostConfig: optional(hostConfig),
  NetworkingConfig: optional(networkingConfig),
});
export type CreateBody = Decoded<typeof createBody>;
export type NetworkingConfig = Decoded<typeof networkingConfig>;

export interface CreateResponse {
  readonly Id: string;
  readonly Warnings: readonly string[];
}
