import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerNotFound } from '../../../errors/containers.ts';
import type { ContainerId, NetworkId } from '../../../lib/ids.ts';
import { createApp } from '../../app.ts';
import type { NetworkBackend, NetworkRecord } from './backend.ts';
import { registerNetworkRoutes } from './routes.ts';

function record(name: string, driver: NetworkRecord['driver'], digit: string, subnet = ''): NetworkRecord {
  const gateway = subnet === '' ? '' : '172.17.0.1';
  const id = digit.repeat(64) as NetworkId;
  return { id, name, driver, created: '2026-01-02T03:04:05.6Z', subnet, gateway, options: {}, labels: {} };
}

const records = [
  record('none', 'null', 'a'),
  record('host', 'host', 'b'),
  record('bridge', 'bridge', 'c', '172.17.0.0/16'),
];
const containerId = '1'.repeat(64) as ContainerId;
const backend: NetworkBackend = {
  networks: {
    list: () => records,
    endpoints: ({ id, name }) =>
      name === 'bridge'
        ? [
            {
              networkId: id,
              containerId,
              endpointId: 'e'.repeat(64),
              sandboxId: 'f'.repeat(64),
              address: '172.17.0.2',
              macAddress: '02:42:ac:11:00:02',
            },
          ]
        : [],
  },
  containers: {
    find: (reference) => {
      if (reference === containerId || reference === 'box') {
        return { id: containerId, name: 'box', running: true, network: 'bridge' };
      }
      if (reference === 'inhost') return { id: '2'.repeat(64), name: 'inhost', running: true, network: 'host' };
      if (reference === 'idle') return { id: '3'.repeat(64), name: 'idle', running: false, network: 'bridge' };
      throw containerNotFound(reference);
    },
  },
};
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
    'removing a predefined network',
    'DELETE',
    '/networks/bridge',
    undefined,
    403,
    'bridge is a pre-defined network and cannot be removed',
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
    'connecting twice',
    'POST',
    '/networks/bridge/connect',
    { Container: 'box' },
    403,
    'endpoint with name box already exists in network bridge',
  ],
  [
    'connecting to host',
    'POST',
    '/networks/host/connect',
    { Container: 'box' },
    400,
    'container cannot be disconnected from host network or connected to host network',
  ],
  [
    'connecting to none',
    'POST',
    '/networks/none/connect',
    { Container: 'box' },
    400,
    'container cannot be connected to multiple networks with one of the networks in private (none) mode',
  ],
  [
    'connecting from host',
    'POST',
    '/networks/bridge/connect',
    { Container: 'inhost' },
    400,
    'container sharing network namespace with another container or host cannot be connected to any other network',
  ],
  [
    'disconnecting from elsewhere',
    'POST',
    '/networks/none/disconnect',
    { Container: 'box' },
    500,
    `container ${containerId} is not connected to network none`,
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

test('a stopped container may be connected to the network that it has', async () => {
  assert.equal((await ask('POST', '/networks/bridge/connect', { Container: 'idle' })).status, 200);
});

test('pruning removes nothing', async () => {
  assert.deepEqual((await ask('POST', '/networks/prune')).body, { NetworksDeleted: null });
});
