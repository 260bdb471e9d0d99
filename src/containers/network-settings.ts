import type { NetworkEndpoint, NetworkSettings } from '../api-types/container.ts';
import { donorReference } from './joined-containers.ts';
import { type ContainerRecord, isRunning } from './record.ts';

function endpointOf(record: ContainerRecord): NetworkEndpoint {
  const { endpoint, macAddress } = record;
  const live = isRunning(record) ? endpoint : undefined;
  return {
    IPAMConfig: null,
    Links: null,
    Aliases: null,
    MacAddress: live?.macAddress ?? macAddress,
    NetworkID: endpoint?.networkId ?? '',
    EndpointID: live?.endpointId ?? '',
    Gateway: live?.gateway ?? '',
    IPAddress: live?.ipAddress ?? '',
    IPPrefixLen: live?.ipPrefixLength ?? 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    DriverOpts: null,
    DNSNames: null,
  };
}

/** By network: one that the container is in, or was created for. */
export function networksOf(record: ContainerRecord): Record<string, NetworkEndpoint> {
  // In another container's network it has no place of its own.
  if (donorReference(record.hostConfig.NetworkMode) !== undefined) return {};
  return { [record.endpoint?.networkName ?? record.hostConfig.NetworkMode]: endpointOf(record) };
}

/** As Docker's inspect shows it. The fields of the default bridge stand a second time at the top. */
export function networkSettingsOf(record: ContainerRecord): NetworkSettings {
  const { endpoint } = record;
  const onBridge = isRunning(record) && endpoint?.networkName === 'bridge' ? endpoint : undefined;
  return {
    Bridge: '',
    SandboxID: endpoint?.sandboxId ?? '',
    SandboxKey: endpoint?.sandboxKey ?? '',
    Ports: portsOf(record),
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: onBridge?.endpointId ?? '',
    Gateway: onBridge?.gateway ?? '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    IPAddress: onBridge?.ipAddress ?? '',
    IPPrefixLen: onBridge?.ipPrefixLength ?? 0,
    IPv6Gateway: '',
    MacAddress: onBridge?.macAddress ?? '',
    Networks: networksOf(record),
  };
}

/** Exposed ports of a running container, each without a binding. */
function portsOf(record: ContainerRecord): Record<string, null> {
  if (!isRunning(record) || record.hostConfig.NetworkMode !== 'bridge') return {};
  return Object.fromEntries(Object.keys(record.config.ExposedPorts ?? {}).map((port) => [withProtocol(port), null]));
}

export function withProtocol(port: string): string {
  return port.includes('/') ? port : `${port}/tcp`;
}
