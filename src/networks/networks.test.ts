import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { networksFixture, requestFor } from './testing/networks-fixture.ts';

test('the bridge gets the first subnet that neither a route nor a nameserver is in', async (t) => {
  const { networks } = await networksFixture(t);
  const bridge = networks.list().find(({ name }) => name === 'bridge');
  assert.equal(bridge?.subnets[0]?.subnet, '10.9.2.0/24');
  assert.equal(bridge?.subnets[0]?.gateway, '10.9.2.1');
});

test('the predefined networks keep their identity over restarts', async (t) => {
  const { networks } = await networksFixture(t);
  const before = networks.list();
  await networks.restore(new Set());
  assert.deepEqual(networks.list(), before);
  assert.deepEqual(
    before.map(({ name }) => name),
    ['none', 'host', 'bridge'],
  );
});

test('a namespace that cannot be made leaves neither address nor file', async (t) => {
  const { root, networks, state, syscalls } = await networksFixture(t);
  const wanted = requestFor('bridge');
  syscalls.failNext('createNetworkNamespace', 28);
  await assert.rejects(networks.prepare(wanted), /ENOSPC/);
  assert.deepEqual(state.endpoints(), []);
  assert.ok(!existsSync(join(root, 'netns', wanted.id)));
});

test('links that cannot be made leave no socket open, and disconnect clears up', async (t) => {
  const { networks, state, netlink, events } = await networksFixture(t);
  const wanted = requestFor('bridge');
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
  const { networks, netlink } = await networksFixture(t);
  const wanted = requestFor('bridge');
  await networks.prepare(wanted);
  netlink.missing.add('test0');
  await assert.rejects(networks.connect(wanted.id), /the bridge test0 was removed from the host/);
});

test('preparing again takes the place of what was prepared before', async (t) => {
  const { networks, state } = await networksFixture(t);
  const wanted = requestFor('bridge');
  const first = await networks.prepare(wanted);
  const second = await networks.prepare(wanted);
  assert.notEqual(second.endpoints[0]?.endpointId, first.endpoints[0]?.endpointId);
  assert.equal(state.endpoints().length, 1);
});

test('the address of an ended container is not the next one given out', async (t) => {
  const { networks } = await networksFixture(t);
  const [one, other] = [requestFor('bridge'), requestFor('bridge')];
  assert.equal((await networks.prepare(one)).endpoints[0]?.ipAddress, '10.9.2.2');
  await networks.disconnect(one.id);
  assert.equal((await networks.prepare(other)).endpoints[0]?.ipAddress, '10.9.2.3');
});

test('an endpoint of the host network has its place but no address', async (t) => {
  const { root, networks, syscalls } = await networksFixture(t);
  const wanted = requestFor('host');
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
  const { networks } = await networksFixture(t);
  const wanted = requestFor('bridge');
  await networks.prepare(wanted);
  const lists = { extraHosts: ['gw:host-gateway'], dns: ['10.0.0.1'], dnsSearch: [], dnsOptions: [] };
  const files = await networks.files({ id: wanted.id, hostname: 'box', domainname: '', ...lists });
  assert.match(files.hosts, /^10\.9\.2\.1\tgw\n10\.9\.2\.2\tbox\n$/m);
  assert.equal(files.hostname, 'box\n');
  assert.match(files.resolvConf, /^nameserver 10\.0\.0\.1$/m);
});

test('a container is connected once its links carry packets', async (t) => {
  const { networks, netlink } = await networksFixture(t);
  const wanted = requestFor('bridge');
  await networks.prepare(wanted);
  netlink.settlesAfter = 3;
  await networks.connect(wanted.id);
  assert.ok(netlink.settlesAfter < 0);
  assert.equal(netlink.openSockets, 0);
});
