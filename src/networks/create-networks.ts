import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { familyOf } from '../lib/ip.ts';
import { KeyedLock } from '../lib/keyed-lock.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import type { StateDatabase } from '../state/database.ts';
import { NetworkState } from '../state/networks.ts';
import { PublishedPortsState } from '../state/published-ports.ts';
import { forwardIpv6 } from '../sys/ipv6-forwarding.ts';
import { readHostRoutes } from '../sys/netlink/host-routes.ts';
import type { RouteNetlink } from '../sys/netlink/route-netlink.ts';
import type { NfTables } from '../sys/nf-tables/nf-tables.ts';
import { readLocalPortRange } from '../sys/sockets/local-port-range.ts';
import type { NamespaceSockets } from '../sys/sockets/namespace-sockets.ts';
import type { PortSockets } from '../sys/sockets/port-sockets.ts';
import type { Fd, Syscalls } from '../sys/syscalls.ts';
import { type AddressPool, defaultAddressPools, uniqueLocalPool } from './addresses/address-pools.ts';
import { AddressBook } from './addresses/reserve-addresses.ts';
import { Subnets } from './addresses/subnets.ts';
import { isConfiguration } from './configurations.ts';
import { BridgeDevice } from './drivers/bridge-device.ts';
import { BridgeDriver } from './drivers/bridge-driver.ts';
import { defaultBridgeOptions } from './drivers/bridge-options.ts';
import { hostDriver } from './drivers/host-driver.ts';
import { LinkGuard } from './drivers/link-guard.ts';
import { MacvlanDriver } from './drivers/macvlan-driver.ts';
import { NullDriver } from './drivers/null-driver.ts';
import { defaultHostFiles, type HostFiles, hostServers } from './files/container-files.ts';
import { type DnsOverrides, parseResolvConf } from './files/resolv-conf.ts';
import { HostRules } from './firewall/host-rules.ts';
import { namesFor } from './names.ts';
import { NamespacePins } from './namespace-pins.ts';
import { Networks } from './networks.ts';
import type { NetworkEventSink, NetworksContext } from './networks-context.ts';
import { AddressTranslator } from './ports/address-translator.ts';
import { PublishedPorts } from './ports/published-ports.ts';
import { Resolvers } from './resolver/resolvers.ts';

export interface NetworksOptions {
  readonly execRoot: string;
  readonly state: StateDatabase;
  readonly syscalls: Pick<Syscalls, 'createNetworkNamespace' | 'unmount' | 'tryLock'>;
  readonly netlink: RouteNetlink;
  readonly nfTables: NfTables;
  readonly portSockets: PortSockets;
  /** Gives a program for a link's packets to the kernel. */
  readonly loadTrafficProgram: (name: string, instructions: Buffer) => Promise<Fd>;
  readonly namespaceSockets: NamespaceSockets;
  readonly events: NetworkEventSink;
  readonly warn: (message: string) => void;
  /** Empty for the default data root, otherwise 8 hexadecimal digits that no other daemon of the host has. */
  readonly daemonTag: string;
  /** `--bip`, in CIDR form. */
  readonly bip?: string;
  /** `--default-address-pool`; Docker's own when there are none. */
  readonly pools?: readonly AddressPool[];
  /** `--dns`, `--dns-search`, `--dns-opt`. */
  readonly dns?: DnsOverrides;
  /** `--icc`; true when undefined. */
  readonly icc?: boolean;
  /** `--ip`, an IPv4 address. */
  readonly bindAddress?: string;
  readonly hostFiles?: HostFiles;
  /** The same for all daemons of the host. */
  readonly lockPath?: string;
}

const DEFAULT_LOCK_PATH = '/run/skiff-networks.lock';

/** Puts the networks of a daemon together. Nothing is made on the host until `restore`. */
export function createNetworks(options: NetworksOptions): Networks {
  const { syscalls, netlink, warn } = options;
  const { bridge, table } = namesFor(options.daemonTag);
  const host = options.hostFiles ?? defaultHostFiles;
  const state = new NetworkState(options.state);
  const subnets = createSubnets(options, state, host);
  const translator = new AddressTranslator({
    link: namesFor(options.daemonTag).translator,
    netlink,
    loadTrafficProgram: options.loadTrafficProgram,
    forwardIpv6,
    warn,
  });
  const rules = new HostRules({
    netlink,
    table,
    translator,
    forwardIpv6,
    ports: () => ports.elements(),
    uplinks,
    warn,
  });
  const ports = new PublishedPorts({
    state: new PublishedPortsState(options.state),
    sockets: options.portSockets,
    tables: options.nfTables,
    exclusively: rules.exclusively,
    screens: () => rules.screens,
    table,
    translator,
    localPortRange: readLocalPortRange,
  });
  return new Networks({
    state,
    netlink,
    alias: table,
    locks: new KeyedLock(),
    warn,
    drivers: createDrivers(options, subnets, table),
    pins: new NamespacePins(syscalls, options.execRoot),
    rules,
    ports,
    resolvers: new Resolvers({
      sockets: options.namespaceSockets,
      execRoot: options.execRoot,
      state,
      hostServers: () => hostServers(host),
    }),
    events: options.events,
    files: { host, dns: options.dns ?? { servers: [], search: [], options: [] } },
    bridgeOptions: defaultBridgeOptions({
      bridge,
      icc: options.icc ?? true,
      bindAddress: options.bindAddress ?? '0.0.0.0',
    }),
  });
}

function createSubnets(options: NetworksOptions, state: NetworkState, host: HostFiles): Subnets {
  return new Subnets(options.syscalls, {
    bip: options.bip,
    pools: poolsOf(options),
    lockPath: options.lockPath ?? DEFAULT_LOCK_PATH,
    hostRoutes: readHostRoutes,
    keepClearOf: () => nameserversIn(host.resolvConf),
    networks: () => state.networks().filter((network) => !isConfiguration(network)),
    warn: options.warn,
  });
}

function createDrivers(
  { netlink, warn }: NetworksOptions,
  subnets: Subnets,
  alias: string,
): NetworksContext['drivers'] {
  const addresses = new AddressBook();
  const device = new BridgeDevice(netlink, alias);
  const guard = new LinkGuard(netlink, warn);
  return {
    bridge: new BridgeDriver({ netlink, device, subnets, addresses, guard, alias }),
    macvlan: new MacvlanDriver({ netlink, subnets, addresses }),
    host: hostDriver,
    null: new NullDriver(netlink),
  };
}

/** A daemon that was given no pool of a family has the usual one. */
function poolsOf({ pools = [], execRoot, daemonTag }: NetworksOptions): readonly AddressPool[] {
  const hasFamily = (family: 4 | 6): boolean => pools.some(({ base }) => familyOf(base) === family);
  return [
    ...pools,
    ...(hasFamily(4) ? [] : defaultAddressPools),
    ...(hasFamily(6) ? [] : [uniqueLocalPool(`${hostname()} ${execRoot} ${daemonTag}`)]),
  ];
}

/** Links that a default route leads through. */
function uplinks(): string[] {
  const routes = readHostRoutes().filter(({ subnet, hasGateway }) => subnet.prefixLength === 0 && hasGateway);
  return [...new Set(routes.map(({ link }) => link))];
}

async function nameserversIn(path: string): Promise<string[]> {
  try {
    return parseResolvConf(await readFile(path, 'utf8')).servers.filter((server) => isIP(server) !== 0);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return [];
    throw error;
  }
}
