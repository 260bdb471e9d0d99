import type { NetworkEndpoint, NetworkSettings } from '../../api-types/container.ts';
import { dnsNamesOf } from '../../networks/dns-names.ts';
import { hasResolver } from '../../networks/predefined.ts';
import type { ContainersContext } from '../context.ts';
import { type ContainerNetworkRecord, type ContainerRecord, isRunning } from '../record.ts';
import { portMapOf } from './shown-ports.ts';

const DEFAULT_BRIDGE = 'bridge';

function endpointOf(record: ContainerRecord, place: ContainerNetworkRecord): NetworkEndpoint {
  const { settings, endpoint } = place;
  const { ipam } = settings;
  const shown = isRunning(record) ? endpoint : null;
  return {
    IPAMConfig:
      ipam === null
        ? null
        : {
            ...(ipam.ipv4Address === undefined ? {} : { IPv4Address: ipam.ipv4Address }),
            ...(ipam.ipv6Address === undefined ? {} : { IPv6Address: ipam.ipv6Address }),
            ...(ipam.linkLocalIps === undefined ? {} : { LinkLocalIPs: ipam.linkLocalIps }),
          },
    Links: settings.links,
    Aliases: settings.aliases,
    MacAddress: shown?.macAddress ?? settings.macAddress,
    NetworkID: endpoint?.networkId ?? '',
    EndpointID: shown?.endpointId ?? '',
    Gateway: shown?.gateway ?? '',
    IPAddress: shown?.ipAddress ?? '',
    IPPrefixLen: shown?.ipPrefixLength ?? 0,
    IPv6Gateway: shown?.ipv6Gateway ?? '',
    GlobalIPv6Address: shown?.ipv6Address ?? '',
    GlobalIPv6PrefixLen: shown?.ipv6PrefixLength ?? 0,
    DriverOpts: settings.driverOptions,
    GwPriority: settings.gatewayPriority,
    DNSNames: dnsNames(record, place),
  };
}

/** From when the network is known: as Docker has it, not of one that a container was created for and was never in. */
function dnsNames({ id, name: container, config }: ContainerRecord, place: ContainerNetworkRecord): string[] | null {
  const { name, network, settings } = place;
  if (!hasResolver({ name }) || network === name) return null;
  return dnsNamesOf({ id, name: container, hostname: config.Hostname, settings });
}

/** By network's name: those that the container is in, or will be. */
export function networksOf(record: ContainerRecord): Record<string, NetworkEndpoint> {
  return Object.fromEntries(record.networks.map((network) => [network.name, endpointOf(record, network)]));
}

/** As Docker's inspect shows it. The fields of the default bridge stand a second time at the top. */
export function networkSettingsOf(
  context: Pick<ContainersContext, 'network'>,
  record: ContainerRecord,
): NetworkSettings {
  const { networks, sandbox } = record;
  const bridge = networks.find(({ name }) => name === DEFAULT_BRIDGE);
  const onBridge = bridge === undefined ? undefined : endpointOf(record, bridge);
  return {
    Bridge: '',
    SandboxID: sandbox?.id ?? '',
    SandboxKey: sandbox?.key ?? '',
    Ports: portMapOf(context, record),
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: onBridge?.EndpointID ?? '',
    Gateway: onBridge?.Gateway ?? '',
    GlobalIPv6Address: onBridge?.GlobalIPv6Address ?? '',
    GlobalIPv6PrefixLen: onBridge?.GlobalIPv6PrefixLen ?? 0,
    IPAddress: onBridge?.IPAddress ?? '',
    IPPrefixLen: onBridge?.IPPrefixLen ?? 0,
    IPv6Gateway: onBridge?.IPv6Gateway ?? '',
    MacAddress: isRunning(record) ? (onBridge?.MacAddress ?? '') : '',
    Networks: networksOf(record),
  };
}

export function withProtocol(port: string): string {
  return port.includes('/') ? port : `${port}/tcp`;
}

/** A container's address on the default bridge, where links are; empty without one. */
export function bridgeAddressOf({ networks }: ContainerRecord): string {
  return networks.find(({ name }) => name === DEFAULT_BRIDGE)?.endpoint?.ipAddress ?? '';
}
