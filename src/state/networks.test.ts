import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ContainerId, NetworkId } from '../lib/ids.ts';
import { StateDatabase } from './database.ts';
import { migrations } from './migrations.ts';
import { type EndpointRecord, NetworkState } from './networks.ts';
import { endpointRecord, networkRecord } from './testing/network-records.ts';

const networkId = 'n'.repeat(64) as NetworkId;
const containerId = 'c'.repeat(64) as ContainerId;

function pathFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-networks-state-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'state.db');
}

function open(t: TestContext, path: string): StateDatabase {
  const database = StateDatabase.open(path);
  t.after(() => database.close());
  return database;
}

const network = networkRecord('front', { id: networkId, enableIpv6: true });
const endpoint = (more: Partial<EndpointRecord> = {}) => endpointRecord(network, { containerId, ...more });

test('what is kept is there after a restart, and what was removed is not', (t) => {
  const path = pathFor(t);
  const before = new NetworkState(open(t, path));
  before.putNetwork(network);
  before.putNetwork({ ...network, id: 'x' as NetworkId, name: 'gone' });
  before.removeNetwork('x' as NetworkId);
  before.addEndpoint(networkId, () => endpoint());
  const other = 'd'.repeat(64) as ContainerId;
  before.addEndpoint(networkId, () => endpoint({ containerId: other, ipv4Address: '10.0.0.3', ipv6Address: '' }));
  before.removeEndpoint(networkId, other);
  const after = new NetworkState(open(t, path));
  assert.deepEqual(after.networks(), [network]);
  assert.deepEqual(after.endpoints(), [endpoint()]);
  assert.deepEqual(after.endpointsOf(containerId), [endpoint()]);
});

test('an address of either family belongs to one container of a network', (t) => {
  const state = new NetworkState(open(t, pathFor(t)));
  state.putNetwork(network);
  state.addEndpoint(networkId, () => endpoint());
  const other = 'd'.repeat(64) as ContainerId;
  for (const taken of [
    endpoint({ containerId: other, ipv6Address: '' }),
    endpoint({ containerId: other, ipv4Address: '' }),
  ]) {
    assert.throws(() => state.addEndpoint(networkId, () => taken), /UNIQUE/);
    assert.deepEqual(state.endpoints(), [endpoint()]);
  }
});

test('a network with endpoints cannot be removed, whatever the code above thinks', (t) => {
  const state = new NetworkState(open(t, pathFor(t)));
  state.putNetwork(network);
  state.addEndpoint(networkId, () => endpoint());
  assert.throws(() => state.removeNetwork(networkId), /FOREIGN KEY/);
  assert.deepEqual(state.networks(), [network]);
});

test('endpoints of a container come in the order of their links', (t) => {
  const state = new NetworkState(open(t, pathFor(t)));
  for (const [index, linkName] of ['eth10', 'eth2', 'eth0'].entries()) {
    const id = String(index) as NetworkId;
    state.putNetwork({ ...network, id, name: linkName });
    state.addEndpoint(id, () => endpoint({ networkId: id, linkName }));
  }
  assert.deepEqual(
    state.endpointsOf(containerId).map(({ linkName }) => linkName),
    ['eth0', 'eth2', 'eth10'],
  );
});

test('the records of an older Skiff, with one network a container, become lists of one', (t) => {
  const path = pathFor(t);
  const old = StateDatabase.open(path, migrations.slice(0, 4));
  const address = { address: '172.17.0.2', macAddress: '02:42:ac:11:00:02' };
  const run = (sql: string, ...values: (string | number | null)[]): void => void old.sql.prepare(sql).run(...values);
  const bridge = { id: networkId, name: 'bridge', driver: 'bridge', created: '', options: {}, labels: {} };
  const addNetwork = 'INSERT INTO networks (id, name, document) VALUES (?, ?, ?)';
  run(addNetwork, networkId, 'bridge', JSON.stringify({ ...bridge, subnet: '172.17.0.0/16', gateway: '172.17.0.1' }));
  run(addNetwork, 'h', 'host', JSON.stringify({ ...bridge, id: 'h', name: 'host', subnet: '', gateway: '' }));
  run(
    'INSERT INTO endpoints (network_id, container_id, address, document) VALUES (?, ?, ?, ?)',
    networkId,
    containerId,
    address.address,
    JSON.stringify({ networkId, containerId, endpointId: 'e', sandboxId: 's', ...address }),
  );
  const containers: Record<string, object> = {
    running: {
      macAddress: '',
      hostConfig: { NetworkMode: 'bridge' },
      endpoint: { networkId, networkName: 'bridge', sandboxId: 's', sandboxKey: '/netns/c', ipAddress: '172.17.0.2' },
    },
    created: { macAddress: '02:00:00:00:00:01', hostConfig: { NetworkMode: 'none' } },
    joined: { macAddress: '', hostConfig: { NetworkMode: 'container:abc' } },
  };
  for (const [id, document] of Object.entries(containers)) {
    run('INSERT INTO containers VALUES (?, ?, ?, ?, ?)', id, id, 'i', 1, JSON.stringify(document));
  }
  old.close();

  const database = open(t, path);
  const state = new NetworkState(database);
  const [first, second] = state.networks();
  assert.deepEqual(first?.subnets, [
    { subnet: '172.17.0.0/16', gateway: '172.17.0.1', showsGateway: true, ipRange: '', auxAddresses: {} },
  ]);
  assert.deepEqual(Object.keys(first ?? {}).sort(byText), Object.keys(network).sort(byText));
  assert.deepEqual(second?.subnets, []);
  assert.deepEqual(state.endpoints(), [
    endpoint({ ipv4Address: address.address, ipv6Address: '', macAddress: address.macAddress }),
  ]);
  const documentOf = (id: string): Record<string, unknown> =>
    JSON.parse(String(database.sql.prepare('SELECT document FROM containers WHERE id = ?').get(id)?.['document']));
  const settings = endpoint().settings;
  const { endpoint: oldEndpoint } = containers['running'] as { endpoint: object };
  const more = { ipv6Address: '', ipv6PrefixLength: 0, ipv6Gateway: '', dnsNames: [] };
  assert.deepEqual(documentOf('running')['networks'], [
    { network: networkId, name: 'bridge', settings, endpoint: { ...oldEndpoint, ...more } },
  ]);
  assert.deepEqual(documentOf('running')['sandbox'], { id: 's', key: '/netns/c' });
  assert.deepEqual(documentOf('created')['networks'], [
    { network: 'none', name: 'none', settings: { ...settings, macAddress: '02:00:00:00:00:01' }, endpoint: null },
  ]);
  assert.equal(documentOf('created')['sandbox'], null);
  assert.deepEqual(documentOf('joined')['networks'], []);
  assert.ok(!('macAddress' in documentOf('running')) && !('endpoint' in documentOf('running')));
});

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}
