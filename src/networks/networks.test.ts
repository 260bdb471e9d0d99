import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ContainerId, randomId } from '../lib/ids.ts';
import { parseCidr } from '../lib/ip.ts';
import { KeyedLock } from '../lib/keyed-lock.ts';
import { StateDatabase } from '../state/database.ts';
import { type EndpointSettings, NetworkState } from '../state/networks.ts';
import { PublishedPortsState } from '../state/published-ports.ts';
import { RecordingSyscalls } from '../sys/recording.ts';
import { RecordingNfTables } from '../sys/recording-nf-tables.ts';
import { RecordingPortSockets } from '../sys/recording-port-sockets.ts';
import { RecordingRouteNetlink } from '../sys/recording-route-netlink.ts';
import { BridgeDevice } from './bridge-device.ts';
import { BridgeDriver } from './bridge-driver.ts';
import { defaultBridgeOptions } from './bridge-options.ts';
import type { NetworkRequest } from './container-network.ts';
import { hostDriver } from './host-driver.ts';
import { LinkGuard } from './link-guard.ts';
import { MacvlanDriver } from './macvlan-driver.ts';
import { NamespacePins } from './namespace-pins.ts';
import { Networks } from './networks.ts';
import { NullDriver } from './null-driver.ts';
import { PublishedPorts } from './ports/published-ports.ts';
import { AddressBook } from './reserve-addresses.ts';
import { Subnets } from './subnets.ts';

async function setUp(t: TestContext) {
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
  const subnets = new Subnets(syscalls, {
    bip: undefined,
    pools: [{ base: '10.9.0.0/16', size: 24 }],
    lockPath: join(root, 'lock'),
    hostRoutes: () => [{ link: 'eth0', subnet: parseCidr('10.9.0.0/24').subnet, hasGateway: false }],
    networks: () => state.networks(),
    keepClearOf: () => Promise.resolve(['10.9.1.53']),
    warn: (message) => assert.fail(message),
  });
  const networks = new Networks({
    state,
    netlink,
    alias: 'test',
    locks: new KeyedLock(),
    warn: (message) => assert.fail(message),
    drivers: {
      bridge: new BridgeDriver({
        netlink,
        device: new BridgeDevice(netlink, 'test'),
        subnets,
        addresses: new AddressBook(),
        guard: new LinkGuard(netlink, (message) => assert.fail(message)),
        alias: 'test',
      }),
      macvlan: new MacvlanDriver({ netlink, subnets, addresses: new AddressBook() }),
      host: hostDriver,
      null: new NullDriver(netlink),
    },
    pins: new NamespacePins(syscalls, root),
    resolvers: {
      open: () => Promise.resolve(),
      reopen: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    ports: new PublishedPorts({
      state: new PublishedPortsState(database),
      sockets: new RecordingPortSockets(),
      tables: new RecordingNfTables(),
      exclusively: (work) => work(),
      screens: () => false,
      table: 'test',
      translator: { translated: () => '', ensure: () => Promise.resolve() },
      localPortRange: () => ({ first: 32768, last: 60999 }),
    }),
    rules: {
      apply: () => Promise.resolve(),
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
  return { root, networks, state, syscalls, netlink, events };
}

const plain: EndpointSettings = {
  ipam: null,
  links: null,
  aliases: null,
  macAddress: '',
  driverOptions: null,
  gatewayPriority: 0,
};

function request(...networks: string[]): NetworkRequest {
  const id = randomId<ContainerId>();
  return {
    id,
    name: 'box',
    hostname: 'box',
    ports: [],
    configuresNetwork: false,
    networks: networks.map((network) => ({ network, settings: plain })),
  };
}

test('the bridge gets the first subnet that neither a route nor a nameserver is in', async (t) => {
  const { networks } = await setUp(t);
  const bridge = networks.list().find(({ name }) => name === 'bridge');
  assert.equal(bridge?.subnets[0]?.subnet, '10.9.2.0/24');
  assert.equal(bridge?.subnets[0]?.gateway, '10.9.2.1');
});

test('the predefined networks keep their identity over restarts', async (t) => {
  const { networks } = await setUp(t);
  const before = networks.list();
  await networks.restore(new Set());
  assert.deepEqual(networks.list(), before);
  assert.deepEqual(
    before.map(({ name }) => name),
    ['none', 'host', 'bridge'],
  );
});

test('a namespace that cannot be made leaves neither address nor file', async (t) => {
  const { root, networks, state, syscalls } = await setUp(t);
  const wanted = request('bridge');
  syscalls.failNext('createNetworkNamespace', 28);
  await assert.rejects(networks.prepare(wanted), /ENOSPC/);
  assert.deepEqual(state.endpoints(), []);
  assert.ok(!existsSync(join(root, 'netns', wanted.id)));
});

test('links that cannot be made leave no socket open, and disconnect clears up', async (t) => {
  const { networks, state, netlink, events } = await setUp(t);
  const wanted = request('bridge');
  const [endpoint] = (await networks.prepare(wanted)).endpoints;
  assert.ok(endpoint);
  netlink.failNext(`create veth veth${endpoint.endpointId.slice(0, 10)}`, 12);
  await assert.rejects(networks.connect(wanted.id), /create veth.*ENOMEM/);
  assert.equal(netlink.openSockets, 0);
  await networks.disconnect(wanted.id);
  assert.deepEqual(state.endpoints(), []);
  assert.deepEqual(
    events.filter((event) => event.startsWith('connect')),
    [],
  );
});

test('a bridge that somebody removed is named in the error', async (t) => {
  const { networks, netlink } = await setUp(t);
  const wanted = request('bridge');
  await networks.prepare(wanted);
  netlink.missing.add('test0');
  await assert.rejects(networks.connect(wanted.id), /the bridge test0 was removed from the host/);
});

test('preparing again takes the place of what was prepared before', async (t) => {
  const { networks, state } = await setUp(t);
  const wanted = request('bridge');
  const first = await networks.prepare(wanted);
  const second = await networks.prepare(wanted);
  assert.notEqual(second.endpoints[0]?.endpointId, first.endpoints[0]?.endpointId);
  assert.equal(state.endpoints().length, 1);
});

test('the address of an ended container is not the next one given out', async (t) => {
  const { networks } = await setUp(t);
  const [one, other] = [request('bridge'), request('bridge')];
  assert.equal((await networks.prepare(one)).endpoints[0]?.ipAddress, '10.9.2.2');
  await networks.disconnect(one.id);
  assert.equal((await networks.prepare(other)).endpoints[0]?.ipAddress, '10.9.2.3');
});

test('an endpoint of the host network has its place but no address', async (t) => {
  const { root, networks, syscalls } = await setUp(t);
  const wanted = request('host');
  const { namespace, sandbox, endpoints } = await networks.prepare(wanted);
  const [endpoint] = endpoints;
  assert.deepEqual(namespace, { kind: 'host' });
  assert.equal(sandbox.key, join(root, 'netns', 'default'));
  assert.deepEqual(
    [endpoint?.ipAddress, endpoint?.macAddress, endpoint?.gateway, endpoint?.ipPrefixLength],
    ['', '', '', 0],
  );
  assert.deepEqual(
    syscalls.calls.filter(({ name }) => name === 'createNetworkNamespace'),
    [],
  );
});

test('the files of a container name its address once it has one', async (t) => {
  const { networks } = await setUp(t);
  const wanted = request('bridge');
  await networks.prepare(wanted);
  const lists = { extraHosts: ['gw:host-gateway'], dns: ['10.0.0.1'], dnsSearch: [], dnsOptions: [] };
  const files = await networks.files({ id: wanted.id, hostname: 'box', domainname: '', ...lists });
  assert.match(files.hosts, /^10\.9\.2\.1\tgw\n10\.9\.2\.2\tbox\n$/m);
  assert.equal(files.hostname, 'box\n');
  assert.match(files.resolvConf, /^nameserver 10\.0\.0\.1$/m);
});

test('a container is connected once its links carry packets', async (t) => {
  const { networks, netlink } = await setUp(t);
  const wanted = request('bridge');
  await networks.prepare(wanted);
  netlink.settlesAfter = 3;
  await networks.connect(wanted.id);
  assert.ok(netlink.settlesAfter < 0);
  assert.equal(netlink.openSockets, 0);
});
