import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ContainerId, randomId } from '../../lib/ids.ts';
import { parseCidr } from '../../lib/ip.ts';
import { KeyedLock } from '../../lib/keyed-lock.ts';
import { StateDatabase } from '../../state/database.ts';
import { NetworkState, plainSettings } from '../../state/networks.ts';
import { PublishedPortsState } from '../../state/published-ports.ts';
import { RecordingRouteNetlink } from '../../sys/netlink/recording-route-netlink.ts';
import { RecordingNfTables } from '../../sys/nf-tables/recording-nf-tables.ts';
import { RecordingSyscalls } from '../../sys/recording.ts';
import { RecordingPortSockets } from '../../sys/sockets/recording-port-sockets.ts';
import { AddressBook } from '../addresses/reserve-addresses.ts';
import { Subnets } from '../addresses/subnets.ts';
import type { NetworkRequest } from '../container-network.ts';
import { BridgeDevice } from '../drivers/bridge-device.ts';
import { BridgeDriver } from '../drivers/bridge-driver.ts';
import { defaultBridgeOptions } from '../drivers/bridge-options.ts';
import { hostDriver } from '../drivers/host-driver.ts';
import { LinkGuard } from '../drivers/link-guard.ts';
import { MacvlanDriver } from '../drivers/macvlan-driver.ts';
import { NullDriver } from '../drivers/null-driver.ts';
import { NamespacePins } from '../namespace-pins.ts';
import { Networks } from '../networks.ts';
import type { NetworksContext } from '../networks-context.ts';
import { PublishedPorts } from '../ports/published-ports.ts';

/** What the fixture gives. */
export interface NetworksFixture {
  readonly root: string;
  readonly networks: Networks;
  readonly state: NetworkState;
  readonly syscalls: RecordingSyscalls;
  readonly netlink: RecordingRouteNetlink;
  /** `action name`, in order. */
  readonly events: string[];
  /** Makes the next change of the rules fail. */
  readonly failRules: () => void;
}

/** Networks on recording doubles of the kernel, with a real state database, restored. */
export async function networksFixture(t: TestContext): Promise<NetworksFixture> {
  let rulesFail = false;
  const root = mkdtempSync(join(tmpdir(), 'skiff-networks-'));
  const database = StateDatabase.open(join(root, 'state.db'));
  t.after(() => {
    database.close();
    rmSync(root, { recursive: true });
  });
  const syscalls = new RecordingSyscalls();
  const netlink = new RecordingRouteNetlink();
  const state = new NetworkState(database);
  const events: string[] = [];
  const subnets = subnetsIn(root, state, syscalls);
  const networks = new Networks({
    state,
    netlink,
    alias: 'test',
    locks: new KeyedLock(),
    warn: (message) => assert.fail(message),
    drivers: driversOn(netlink, subnets),
    pins: new NamespacePins(syscalls, root),
    resolvers: {
      open: () => Promise.resolve(),
      reopen: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    ports: portsIn(database),
    rules: {
      apply: async () => {
        if (!rulesFail) return;
        rulesFail = false;
        throw new Error('the rules cannot be changed');
      },
      describe: () => Promise.resolve(''),
      leaveDockerUser: () => Promise.resolve(),
      remove: () => Promise.resolve(),
    },
    events: { publish: ({ action, attributes }) => events.push(`${action} ${attributes['name']}`) },
    files: {
      host: {
        hosts: join(root, 'hosts'),
        resolvConf: join(root, 'resolv.conf'),
        systemdResolvConf: join(root, 'none'),
      },
      dns: { servers: [], search: [], options: [] },
    },
    bridgeOptions: defaultBridgeOptions({ bridge: 'test0', icc: true, bindAddress: '0.0.0.0' }),
  });
  await networks.restore(new Set());
  const failRules = (): void => {
    rulesFail = true;
  };
  return { root, networks, state, syscalls, netlink, events, failRules };
}

/** 10.9.0.0/24 is the host's, and its nameserver is in 10.9.1.0/24. */
function subnetsIn(root: string, state: NetworkState, syscalls: RecordingSyscalls): Subnets {
  return new Subnets(syscalls, {
    bip: undefined,
    pools: [{ base: '10.9.0.0/16', size: 24 }],
    lockPath: join(root, 'lock'),
    hostRoutes: () => [{ link: 'eth0', subnet: parseCidr('10.9.0.0/24').subnet, hasGateway: false }],
    networks: () => state.networks(),
    keepClearOf: () => Promise.resolve(['10.9.1.53']),
    warn: (message) => assert.fail(message),
  });
}

function driversOn(netlink: RecordingRouteNetlink, subnets: Subnets): NetworksContext['drivers'] {
  const addresses = new AddressBook();
  const device = new BridgeDevice(netlink, 'test');
  const guard = new LinkGuard(netlink, (message) => assert.fail(message));
  return {
    bridge: new BridgeDriver({ netlink, device, subnets, addresses, guard, alias: 'test' }),
    macvlan: new MacvlanDriver({ netlink, subnets, addresses }),
    host: hostDriver,
    null: new NullDriver(netlink),
  };
}

function portsIn(database: StateDatabase): PublishedPorts {
  return new PublishedPorts({
    state: new PublishedPortsState(database),
    sockets: new RecordingPortSockets(),
    tables: new RecordingNfTables(),
    exclusively: (work) => work(),
    screens: () => false,
    table: 'test',
    translator: { translated: () => '', ensure: () => Promise.resolve() },
    localPortRange: () => ({ first: 32768, last: 60999 }),
  });
}

/** A request of a container that does not exist otherwise. */
export function requestFor(...networks: string[]): NetworkRequest {
  const id = randomId<ContainerId>();
  return {
    id,
    name: 'box',
    hostname: 'box',
    ports: [],
    configuresNetwork: false,
    networks: networks.map((network) => ({ network, settings: plainSettings })),
  };
}
