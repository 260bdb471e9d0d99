import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerNotFound } from '../../../errors/containers.ts';
import type { ContainerId, NetworkId } from '../../../lib/ids.ts';
import { findNetwork } from '../../../networks/find-network.ts';
import { endpointRecord, networkRecord } from '../../../state/testing/network-records.ts';
import { createApp } from '../../app.ts';
import type { EndpointRecord, NetworkBackend, NetworkRecord } from './backend.ts';
import { registerNetworkRoutes } from './routes.ts';

function record(name: string, driver: NetworkRecord['driver'], digit: string, subnet = ''): NetworkRecord {
  const address = { subnet, gateway: '172.17.0.1', showsGateway: true, ipRange: '', auxAddresses: {} };
  const created = '2026-01-02T03:04:05.6Z';
  const subnets = subnet === '' ? [] : [address];
  return networkRecord(name, { id: digit.repeat(64) as NetworkId, driver, created, subnets });
}

const records = [
  record('none', 'null', 'a'),
  record('host', 'host', 'b'),
  record('bridge', 'bridge', 'c', '172.17.0.0/16'),
];
const containerId = '1'.repeat(64) as ContainerId;
/** What the engine was asked to do. */
const calls: unknown[] = [];
const backend: NetworkBackend = {
  networks: {
    list: () => records,
    find: (reference) => findNetwork(records, reference),
    endpointsIn: ({ id, name }) => (name === 'bridge' ? [endpoint(id)] : []),
    rules: async ({ name }) => `rules of ${name}`,
    create: async (request) => {
      calls.push(request);
      return record(request.name, 'bridge', 'd');
    },
    remove: async ({ name }) => void calls.push(['remove', name]),
    prune: async (_filters, untilNs) => {
      calls.push(['prune', untilNs]);
      return untilNs === undefined ? ['front'] : [];
    },
  },
  containers: {
    nameOf: (id) => (id === containerId ? 'box' : undefined),
    connect: async (reference, network, settings) => {
      if (reference === 'nope') throw containerNotFound(reference);
      calls.push(['connect', reference, network, settings]);
    },
    disconnect: async (reference, network, { force }) => {
      if (reference === 'nope') throw containerNotFound(reference);
      calls.push(['disconnect', reference, network, force]);
    },
  },
};

function endpoint(id: NetworkId): EndpointRecord {
  return endpointRecord(
    { id },
    {
      containerId,
      endpointId: 'e'.repeat(64),
      ipv4Address: '172.17.0.2',
      ipv6Address: '',
      macAddress: '02:42:ac:11:00:02',
    },
  );
}

const app = createApp({ engineVersion: 'test', logError: () => undefined });
registerNetworkRoutes(app, backend);

async function ask(method: 'GET' | 'POST' | 'DELETE', url: string, body?: object) {
  const answer = await app.inject({ method, url, ...(body === undefined ? {} : { payload: body }) });
  return { status: answer.statusCode, body: answer.body === '' ? undefined : JSON.parse(answer.body) };
}

const names = async (filters: object) => {
  const { body } = await ask('GET', `/networks?filters=${encodeURIComponent(JSON.stringify(filters))}`);
  return Array.isArray(body) ? body.map(({ Name }) => Name) : body.message;
};

test('the bridge is inspected by name, ID and beginning of its ID, with its containers', async () => {
  for (const reference of ['bridge', 'c'.repeat(64), 'ccc']) {
    const { status, body } = await ask('GET', `/v1.45/networks/${reference}`);
    assert.equal(status, 200);
    assert.deepEqual(body, {
      Name: 'bridge',
      Id: 'c'.repeat(64),
      Created: '2026-01-02T03:04:05.6Z',
      Scope: 'local',
      Driver: 'bridge',
      EnableIPv6: false,
      IPAM: { Driver: 'default', Options: null, Config: [{ Subnet: '172.17.0.0/16', Gateway: '172.17.0.1' }] },
      Internal: false,
      Attachable: false,
      Ingress: false,
      ConfigFrom: { Network: '' },
      ConfigOnly: false,
      Containers: {
        [containerId]: {
          Name: 'box',
          EndpointID: 'e'.repeat(64),
          MacAddress: '02:42:ac:11:00:02',
          IPv4Address: '172.17.0.2/16',
          IPv6Address: '',
        },
      },
      Options: {},
      Labels: {},
    });
  }
});

test('newer clients are told that IPv4 is on', async () => {
  assert.equal((await ask('GET', '/v1.48/networks/bridge')).body.EnableIPv4, true);
});

test('lists show no containers and follow the filters', async () => {
  const { body } = await ask('GET', '/networks');
  assert.deepEqual(body[2].Containers, {});
  assert.deepEqual(await names({ name: ['ost'] }), ['host']);
  assert.deepEqual(await names({ name: { host: true } }), ['host']);
  assert.deepEqual(await names({ driver: ['null'] }), ['none']);
  assert.deepEqual(await names({ id: ['ccc'] }), ['bridge']);
  assert.deepEqual(await names({ type: ['custom'] }), []);
  assert.deepEqual(await names({ dangling: ['false'] }), ['none', 'host', 'bridge']);
  assert.deepEqual(await names({ scope: ['swarm'] }), []);
  assert.equal(await names({ zzz: ['a'] }), "invalid filter 'zzz'");
  assert.equal(await names({ type: ['zz'] }), "invalid filter: 'type'='zz'");
  assert.equal(await names({ dangling: ['1', '0'] }), 'got more than one value for filter key "dangling"');
});

const refusals: [string, 'GET' | 'POST' | 'DELETE', string, object | undefined, number, string][] = [
  ['an unknown network', 'GET', '/networks/nope', undefined, 404, 'network nope not found'],
  ['another scope', 'GET', '/networks/bridge?scope=swarm', undefined, 404, 'network bridge not found'],
  [
    'a flag that is none',
    'GET',
    '/networks/bridge?verbose=x',
    undefined,
    400,
    'invalid value for verbose: x: strconv.ParseBool: parsing "x": invalid syntax',
  ],
  [
    'creating one',
    'POST',
    '/networks/create',
    { Name: 'bridge' },
    403,
    'operation is not permitted on predefined bridge network ',
  ],
  ['creating one without a name', 'POST', '/networks/create', { Name: '' }, 400, 'invalid name: '],
  [
    'a second host network',
    'POST',
    '/networks/create',
    { Name: 'zz', Driver: 'host' },
    403,
    'only one instance of "host" network is allowed',
  ],
  ['an unknown driver', 'POST', '/networks/create', { Name: 'zz', Driver: 'nope' }, 404, 'plugin "nope" not found'],
  ['connecting nobody', 'POST', '/networks/bridge/connect', {}, 400, 'invalid name or ID supplied: ""'],
  [
    'connecting an unknown container',
    'POST',
    '/networks/bridge/connect',
    { Container: 'nope' },
    404,
    'No such container: nope',
  ],
  [
    'disconnecting an unknown one by force',
    'POST',
    '/networks/bridge/disconnect',
    { Container: 'nope', Force: true },
    404,
    'endpoint nope not found',
  ],
  [
    'disconnecting an unknown one from an unknown network by force',
    'POST',
    '/networks/nope/disconnect',
    { Container: 'nope', Force: true },
    404,
    'network nope not found',
  ],
  [
    'pruning until what is no time',
    'POST',
    `/networks/prune?filters=${encodeURIComponent('{"until":["zz"]}')}`,
    undefined,
    400,
    'failed to parse value as time or duration: "zz"',
  ],
  [
    'pruning by an unknown filter',
    'POST',
    `/networks/prune?filters=${encodeURIComponent('{"x":["y"]}')}`,
    undefined,
    400,
    "invalid filter 'x'",
  ],
];

for (const [what, method, url, payload, status, message] of refusals) {
  test(`${what} is refused in the words of Docker`, async () => {
    assert.deepEqual(await ask(method, url, payload), { status, body: { message } });
  });
}

const more: [string, object, number, string][] = [
  [
    'a swarm network',
    { Name: 'zz', Scope: 'swarm' },
    403,
    'cannot create a swarm scoped network when swarm is not active',
  ],
  ['an ingress network', { Name: 'zz', Ingress: true }, 403, 'Ingress network can only be global scope network'],
  ['another IPAM driver', { Name: 'zz', IPAM: { Driver: 'nope' } }, 404, 'plugin "nope" not found'],
  [
    'a configuration that is internal',
    { Name: 'zz', ConfigOnly: true, Internal: true },
    403,
    'configuration network can only contain network specific fields. Network operator fields like [ ingress | internal | attachable | scope ] are not supported.',
  ],
];
for (const [what, payload, status, message] of more) {
  test(`${what} is refused in the words of Docker`, async () => {
    assert.deepEqual(await ask('POST', '/networks/create', payload), { status, body: { message } });
  });
}

test('a request to create is handed on with everything that it asks for', async () => {
  calls.length = 0;
  const { status, body } = await ask('POST', '/networks/create', {
    Name: 'front',
    EnableIPv6: true,
    Internal: true,
    IPAM: { Config: [{ Subnet: '10.0.0.0/24', AuxiliaryAddresses: { a: '10.0.0.9' } }] },
    Options: { o: 'x' },
    Labels: { l: 'y' },
  });
  assert.deepEqual({ status, body }, { status: 201, body: { Id: 'd'.repeat(64), Warning: '' } });
  assert.deepEqual(calls, [
    {
      name: 'front',
      driver: 'bridge',
      enableIpv4: true,
      enableIpv6: true,
      internal: true,
      attachable: false,
      ipam: {
        options: null,
        config: [{ subnet: '10.0.0.0/24', ipRange: '', gateway: '', auxAddresses: { a: '10.0.0.9' } }],
      },
      options: { o: 'x' },
      labels: { l: 'y' },
    },
  ]);
});

test('containers are connected and disconnected by what the body names', async () => {
  calls.length = 0;
  assert.equal((await ask('POST', '/networks/bridge/connect', { Container: 'box' })).status, 200);
  assert.equal((await ask('POST', '/networks/bridge/disconnect', { Container: 'box', Force: true })).status, 200);
  assert.deepEqual(calls, [
    ['connect', 'box', 'bridge', undefined],
    ['disconnect', 'box', 'bridge', true],
  ]);
});

test('a network is removed by any of its references', async () => {
  calls.length = 0;
  assert.equal((await ask('DELETE', '/networks/ccc')).status, 204);
  assert.deepEqual(calls, [['remove', 'bridge']]);
});

test('pruning answers names, or null', async () => {
  assert.deepEqual((await ask('POST', '/networks/prune')).body, { NetworksDeleted: ['front'] });
  const filters = encodeURIComponent('{"until":["1700000000"]}');
  assert.deepEqual((await ask('POST', `/networks/prune?filters=${filters}`)).body, { NetworksDeleted: null });
});

test('the rules of a network are told as text', async () => {
  assert.deepEqual(await ask('GET', '/networks/bridge/rules'), { status: 200, body: { Rules: 'rules of bridge' } });
});
