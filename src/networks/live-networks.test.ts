import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { plainSettings } from '../state/networks.ts';
import type { CreateNetworkRequest } from './create-network-request.ts';
import { networksFixture, requestFor } from './testing/networks-fixture.ts';

const ENOMEM = 12;

function named(name: string, more: Partial<CreateNetworkRequest> = {}): CreateNetworkRequest {
  return {
    name,
    driver: 'bridge',
    enableIpv4: true,
    enableIpv6: false,
    internal: false,
    attachable: false,
    ipam: { options: null, config: [] },
    options: { 'com.docker.network.bridge.name': `${name}0` },
    labels: {},
    ...more,
  };
}

/** A container that runs in one network, and another network. The double has every link that it is asked for. */
async function runningIn(t: TestContext) {
  const fixture = await networksFixture(t);
  const { networks, netlink, events } = fixture;
  const front = await networks.create(named('front'));
  const back = await networks.create(named('back'));
  const request = requestFor('front');
  const { sandbox } = await networks.prepare(request);
  await networks.connect(request.id);
  events.length = 0;
  netlink.calls.length = 0;
  const attach = () => networks.attach({ ...request, network: 'back', settings: plainSettings }, sandbox, []);
  return { ...fixture, front, back, request, sandbox, attach };
}

test('a container that comes into a network gets a link, and leaves none when it goes', async (t) => {
  const { networks, netlink, events, back, request, sandbox, attach } = await runningIn(t);
  const endpoint = await attach();
  assert.equal(endpoint.networkName, 'back');
  assert.equal(networks.endpoints(request.id).length, 2);
  // Its name comes before that of the first one: the way out changes.
  assert.ok(netlink.calls.includes(`${sandbox.key} set default route through ${endpoint.gateway}`));
  netlink.calls.length = 0;
  await networks.detach(request.id, back.id);
  await networks.detach(request.id, back.id);
  const veth = `veth${endpoint.endpointId.slice(0, 10)}`;
  assert.deepEqual(
    netlink.calls.filter((call) => call.includes('delete link')),
    [`host delete link ${veth}`],
  );
  const [left] = networks.endpoints(request.id);
  assert.ok(netlink.calls.includes(`${sandbox.key} set default route through ${left?.gateway}`));
  assert.deepEqual(events, ['connect back', 'disconnect back']);
  assert.equal(netlink.openSockets, 0);
});

test('a link that cannot be made leaves the container where it was, and the address free', async (t) => {
  const { networks, netlink, state, events, back, request, sandbox, attach } = await runningIn(t);
  netlink.failNext('bring up lo', ENOMEM);
  await assert.rejects(attach(), /ENOMEM/);
  assert.deepEqual(
    networks.endpoints(request.id).map(({ networkName }) => networkName),
    ['front'],
  );
  assert.deepEqual(state.endpoints(back.id), []);
  assert.ok(netlink.calls.some((call) => call.startsWith('host delete link veth')));
  assert.deepEqual(events, []);
  assert.equal(netlink.openSockets, 0);
  assert.equal((await attach()).networkName, 'back');
  await assert.rejects(
    networks.attach({ ...request, network: 'back', settings: plainSettings }, sandbox, []),
    (error) =>
      isEngineError(error, 'forbidden') && error.message === 'endpoint with name box already exists in network back',
  );
});

test('a network whose bridge or rules cannot be had is not there afterwards', async (t) => {
  const { networks, netlink, events, failRules } = await networksFixture(t);
  events.length = 0;
  netlink.failNext('bring up broken0', ENOMEM);
  await assert.rejects(networks.create(named('broken')), /ENOMEM/);
  failRules();
  await assert.rejects(networks.create(named('broken')), /the rules cannot be changed/);
  assert.equal(networks.list().length, 3);
  assert.deepEqual(events, []);
  assert.equal((await networks.create(named('broken'))).name, 'broken');
});

test('networks in use and predefined ones are not removed', async (t) => {
  const { networks, front, back } = await runningIn(t);
  await assert.rejects(networks.remove(front), /front id [0-9a-f]{64} has active endpoints/);
  const bridge = networks.find('bridge');
  await assert.rejects(networks.remove(bridge), /bridge is a pre-defined network and cannot be removed/);
  await networks.remove(back);
  assert.deepEqual(
    networks.list().map(({ name }) => name),
    ['none', 'host', 'bridge', 'front'],
  );
});

test('at a start links with our mark that nothing knows go, and all others stay', async (t) => {
  const { networks, netlink, request } = await runningIn(t);
  const [endpoint] = networks.endpoints(request.id);
  const veth = `veth${endpoint?.endpointId.slice(0, 10)}`;
  const link = (name: string, alias: string, kind = 'bridge') => ({ name, alias, kind, index: 7, masterIndex: 7 });
  netlink.links = [
    link('test0', 'test'),
    link('front0', 'test'),
    link(veth, 'test', 'veth'),
    link('stray0', 'test'),
    link('others0', 'skiff'),
    link('eth0', '', ''),
  ];
  netlink.calls.length = 0;
  await networks.restore(new Set([request.id]));
  assert.deepEqual(
    netlink.calls.filter((call) => call.includes('delete link')),
    ['host delete link stray0'],
  );
});

test('a link whose bridge was made anew is plugged in again, and one that is gone is made again', async (t) => {
  const { networks, netlink, request } = await runningIn(t);
  const [endpoint] = networks.endpoints(request.id);
  const veth = `veth${endpoint?.endpointId.slice(0, 10)}`;
  const bridge = { name: 'front0', alias: 'test', kind: 'bridge', index: 9, masterIndex: 0 };
  netlink.links = [bridge, { name: veth, alias: 'test', kind: 'veth', index: 10, masterIndex: 0 }];
  netlink.calls.length = 0;
  await networks.restore(new Set([request.id]));
  assert.ok(netlink.calls.includes(`host plug ${veth} into a bridge`));
  assert.ok(!netlink.calls.includes(`host create veth ${veth}`));
  netlink.links = [bridge];
  await networks.restore(new Set([request.id]));
  assert.ok(netlink.calls.includes(`host create veth ${veth}`));
});
