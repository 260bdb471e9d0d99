import { CliError } from '../../errors.ts';
import type { CreateFlags } from './flags.ts';
import type { NetworkRequest } from './network.ts';
import { macAddress } from './validate.ts';

export interface EndpointRequest {
  IPAMConfig: { IPv4Address?: string; IPv6Address?: string; LinkLocalIPs?: readonly string[] } | null;
  Links: readonly string[] | null;
  Aliases: readonly string[] | null;
  MacAddress: string;
  DriverOpts: Readonly<Record<string, string>> | null;
  GwPriority: number;
  /** What the engine fills in; docker sends it empty. */
  NetworkID: '';
  EndpointID: '';
  Gateway: '';
  IPAddress: '';
  IPPrefixLen: 0;
  IPv6Gateway: '';
  GlobalIPv6Address: '';
  GlobalIPv6PrefixLen: 0;
  DNSNames: null;
}

/** What the daemon fills in. */
export const UNFILLED = {
  NetworkID: '',
  EndpointID: '',
  Gateway: '',
  IPAddress: '',
  IPPrefixLen: 0,
  IPv6Gateway: '',
  GlobalIPv6Address: '',
  GlobalIPv6PrefixLen: 0,
  DNSNames: null,
} as const;

const DEFAULT_NETWORK: NetworkRequest = {
  target: 'default',
  aliases: [],
  driverOpts: {},
  ipv4: '',
  ipv6: '',
  linkLocalIps: [],
  mac: '',
  gatewayPriority: 0,
};

/** The endpoints by network. The flags that name no network (`--ip`, `--network-alias`, …) mean the first one. */
export function networkingConfig(flags: CreateFlags): { EndpointsConfig: Record<string, EndpointRequest> } {
  const endpoints: Record<string, EndpointRequest> = {};
  const networks = flags.network.length === 0 ? [DEFAULT_NETWORK] : flags.network;
  for (const [index, network] of networks.entries()) {
    const merged = index === 0 ? withFlags(network, flags) : { ...network, links: [] };
    const endpoint = endpointOf(merged);
    if (network.target in endpoints) throw new CliError(`network "${network.target}" is specified multiple times`);
    // A single network without wishes is the daemon's to set up: older ones expect no endpoint then.
    if (flags.network.length === 1 && isPlain(endpoint)) continue;
    endpoints[network.target] = endpoint;
  }
  const kinds = new Set(flags.network.map(({ target }) => isUserDefined(target)));
  if (kinds.size > 1) {
    throw new CliError('conflicting options: cannot attach both user-defined and non-user-defined network-modes');
  }
  return { EndpointsConfig: endpoints };
}

function isUserDefined(target: string): boolean {
  return !['default', 'bridge', 'host', 'none'].includes(target) && !target.startsWith('container:') && target !== '';
}

interface Merged extends NetworkRequest {
  readonly links: readonly string[];
}

function withFlags(network: NetworkRequest, flags: CreateFlags): Merged {
  const conflicts: readonly [boolean, boolean, string, string][] = [
    [network.aliases.length > 0, flags['network-alias'].length > 0, '--network-alias', 'alias'],
    [network.ipv4 !== '', flags.ip !== '', '--ip', 'IPv4 address'],
    [network.ipv6 !== '', flags.ip6 !== '', '--ip6', 'IPv6 address'],
    [network.mac !== '', flags['mac-address'] !== '', '--mac-address', 'MAC address'],
    [network.linkLocalIps.length > 0, flags['link-local-ip'].length > 0, '--link-local-ip', 'link-local IP addresses'],
  ];
  for (const [own, general, flag, what] of conflicts) {
    if (own && general) throw new CliError(`conflicting options: cannot specify both ${flag} and per-network ${what}`);
  }
  return {
    ...network,
    aliases: [...network.aliases, ...flags['network-alias']],
    links: isUserDefined(network.target) ? flags.link : [],
    ipv4: network.ipv4 || flags.ip,
    ipv6: network.ipv6 || flags.ip6,
    mac: network.mac || flags['mac-address'],
    linkLocalIps: [...network.linkLocalIps, ...flags['link-local-ip']],
  };
}

function endpointOf(network: Merged): EndpointRequest {
  if (network.target.trim() === '') throw new CliError('no name set for network');
  if (!isUserDefined(network.target) && network.aliases.length > 0) {
    throw new CliError('network-scoped aliases are only supported for user-defined networks');
  }
  if (network.mac !== '') checkMac(network.mac);
  const { ipv4, ipv6, linkLocalIps } = network;
  const ipam = {
    ...(ipv4 === '' ? {} : { IPv4Address: ipv4 }),
    ...(ipv6 === '' ? {} : { IPv6Address: ipv6 }),
    ...(linkLocalIps.length === 0 ? {} : { LinkLocalIPs: linkLocalIps }),
  };
  return {
    IPAMConfig: Object.keys(ipam).length === 0 ? null : ipam,
    Links: network.links.length === 0 ? null : network.links,
    Aliases: network.aliases.length === 0 ? null : network.aliases,
    MacAddress: network.mac,
    DriverOpts: Object.keys(network.driverOpts).length === 0 ? null : network.driverOpts,
    GwPriority: network.gatewayPriority,
    ...UNFILLED,
  };
}

function checkMac(text: string): void {
  try {
    macAddress(text);
  } catch (error) {
    throw new CliError(error instanceof Error ? error.message : String(error), 1, { cause: error });
  }
}

function isPlain(endpoint: EndpointRequest): boolean {
  const { IPAMConfig, Links, Aliases, MacAddress, DriverOpts, GwPriority } = endpoint;
  return !IPAMConfig && !Links && !Aliases && MacAddress === '' && !DriverOpts && GwPriority === 0;
}
