import { readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import type { StateDatabase } from '../state/database.ts';
import { NetworkState } from '../state/networks.ts';
import { readHostRoutes } from '../sys/host-routes.ts';
import type { RouteNetlink } from '../sys/route-netlink.ts';
import { hasErrorCode } from '../sys/syscall-error.ts';
import type { Syscalls } from '../sys/syscalls.ts';
import { type AddressPool, defaultAddressPools } from './address-pools.ts';
import { BridgeDevice } from './bridge-device.ts';
import { BridgeDriver } from './bridge-driver.ts';
import { defaultBridgeOptions } from './bridge-options.ts';
import { BridgeSubnets } from './bridge-subnets.ts';
import { defaultHostFiles, type HostFiles } from './container-files.ts';
import { hostDriver } from './host-driver.ts';
import { HostRules } from './host-rules.ts';
import { namesFor } from './names.ts';
import { NamespacePins } from './namespace-pins.ts';
import { type NetworkEventSink, Networks } from './networks.ts';
import { NullDriver } from './null-driver.ts';
import { type DnsOverrides, parseResolvConf } from './resolv-conf.ts';

export interface NetworksOptions {
  readonly execRoot: string;
  readonly state: StateDatabase;
  readonly syscalls: Pick<Syscalls, 'createNetworkNamespace' | 'unmount' | 'tryLock'>;
  readonly netlink: RouteNetlink;
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
  const subnets = new BridgeSubnets(syscalls, {
    bip: options.bip,
    pools: options.pools === undefined || options.pools.length === 0 ? defaultAddressPools : options.pools,
    lockPath: options.lockPath ?? DEFAULT_LOCK_PATH,
    hostRoutes: readHostRoutes,
    keepClearOf: () => nameserversIn(host.resolvConf),
    warn,
  });
  return new Networks({
    state: new NetworkState(options.state),
    drivers: {
      bridge: new BridgeDriver(netlink, new BridgeDevice(netlink), subnets),
      host: hostDriver,
      null: new NullDriver(netlink),
    },
    pins: new NamespacePins(syscalls, options.execRoot),
    rules: new HostRules({ netlink, table, bridge, warn }),
    events: options.events,
    files: { host, dns: options.dns ?? { servers: [], search: [], options: [] } },
    bridgeOptions: defaultBridgeOptions({
      bridge,
      icc: options.icc ?? true,
      bindAddress: options.bindAddress ?? '0.0.0.0',
    }),
  });
}

async function nameserversIn(path: string): Promise<string[]> {
  try {
    return parseResolvConf(await readFile(path, 'utf8')).servers.filter((server) => isIPv4(server));
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return [];
    throw error;
  }
}
