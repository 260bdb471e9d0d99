import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Endpoint, NamespacePlan, NetworkRequest } from '../../../src/networks/container-network.ts';
import type { Networks } from '../../../src/networks/networks.ts';
import { inNamespace, OwnNetworks, requestFor } from '../../support/own-networks.ts';

const own = new OwnNetworks();
let networks: Networks;
before(async () => {
  networks = own.open();
  await networks.restore(new Set());
});
after(() => own.close());

function pathOf(namespace: NamespacePlan): string {
  assert.equal(namespace.kind, 'path');
  return namespace.kind === 'path' ? namespace.path : '';
}

async function connected(request: NetworkRequest): Promise<{ path: string; endpoint: Endpoint }> {
  const { namespace, endpoints } = await networks.prepare(request);
  await networks.connect(request.id);
  const [endpoint] = endpoints;
  assert.ok(endpoint);
  return { path: pathOf(namespace), endpoint };
}

test('a container on the bridge has eth0 with its address, MAC and default route, and loopback up', async () => {
  const { path, endpoint } = await connected(requestFor('bridge'));
  const links = await inNamespace(path, 'ip', '-oneline', 'address');
  assert.match(links, /lo\s+inet 127\.0\.0\.1\/8/);
  assert.match(links, new RegExp(`eth0\\s+inet ${endpoint.ipAddress}/${endpoint.ipPrefixLength} brd`));
  assert.doesNotMatch(links, /eth0\s+inet6/);
  assert.match(
    await inNamespace(path, 'ip', 'link', 'show', 'eth0'),
    new RegExp(`mtu 1500 .*${endpoint.macAddress}`, 's'),
  );
  assert.match(await inNamespace(path, 'ip', 'route'), new RegExp(`^default via ${endpoint.gateway} dev eth0`, 'm'));
  const octets = endpoint.ipAddress.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  assert.equal(endpoint.macAddress, ['02', '42', ...octets].join(':'));
});

test('a container on the bridge reaches the host and another container', async () => {
  const one = await connected(requestFor('bridge'));
  const other = await connected(requestFor('bridge'));
  for (const address of [one.endpoint.gateway, other.endpoint.ipAddress]) {
    assert.match(await inNamespace(one.path, 'busybox', 'ping', '-c1', '-W2', address), / 0% packet loss/);
  }
});

test('a MAC address that was asked for is the one of eth0 and of the endpoint', async () => {
  const { path, endpoint } = await connected(requestFor('bridge', { macAddress: '02:42:ac:11:00:99' }));
  assert.equal(endpoint.macAddress, '02:42:ac:11:00:99');
  assert.match(await inNamespace(path, 'ip', 'link', 'show', 'eth0'), /02:42:ac:11:00:99/);
});

test('twelve containers that connect at the same time all get addresses of their own', async () => {
  const all = await Promise.all(Array.from({ length: 12 }, () => connected(requestFor('bridge'))));
  assert.equal(new Set(all.map(({ endpoint }) => endpoint.ipAddress)).size, 12);
  for (const { path, endpoint } of all) {
    assert.match(await inNamespace(path, 'busybox', 'ping', '-c1', '-W2', endpoint.gateway), / 0% packet loss/);
  }
});

test('without a network a container has loopback, up, and nothing else', async () => {
  const { path, endpoint } = await connected(requestFor('none'));
  const links = await inNamespace(path, 'ip', '-oneline', 'link');
  assert.match(links, /^1: lo: <LOOPBACK,UP,LOWER_UP>/);
  assert.equal(
    links
      .trim()
      .split('\n')
      .filter((line) => /state (UP|UNKNOWN)/.test(line)).length,
    1,
  );
  assert.equal(endpoint.networkName, 'none');
  assert.equal(endpoint.ipAddress, '');
});

test('a container that has left all of its networks has loopback, up', async () => {
  const request = { ...requestFor('none'), networks: [] };
  const { namespace } = await networks.prepare(request);
  await networks.connect(request.id);
  assert.match(await inNamespace(pathOf(namespace), 'ip', '-oneline', 'link'), /^1: lo: <LOOPBACK,UP,LOWER_UP>/);
});

test('on the host network a container uses the namespace of the host', async () => {
  const request = requestFor('host');
  const { namespace, sandbox, endpoints } = await networks.prepare(request);
  await networks.connect(request.id);
  assert.deepEqual(namespace, { kind: 'host' });
  assert.equal(endpoints[0]?.networkName, 'host');
  assert.equal(statSync(sandbox.key).ino, statSync('/proc/self/ns/net').ino);
  await networks.disconnect(request.id);
});

test('to connect and to disconnect is told as events', async () => {
  own.events.length = 0;
  const request = requestFor('bridge');
  await connected(request);
  await networks.disconnect(request.id);
  await networks.disconnect(request.id);
  assert.deepEqual(own.events, ['connect bridge', 'disconnect bridge']);
});

test('with --icc=false containers reach the host and not each other', async (t) => {
  const apart = new OwnNetworks();
  t.after(() => apart.close());
  const opened = apart.open({ icc: false });
  await opened.restore(new Set());
  const places: { key: string; endpoint: Endpoint }[] = [];
  for (const request of [requestFor('bridge'), requestFor('bridge')]) {
    const { sandbox, endpoints } = await opened.prepare(request);
    const [endpoint] = endpoints;
    assert.ok(endpoint);
    places.push({ key: sandbox.key, endpoint });
    await opened.connect(request.id);
  }
  const [one, other] = places;
  assert.ok(one !== undefined && other !== undefined);
  const ping = async (address: string) => inNamespace(one.key, 'busybox', 'ping', '-c1', '-W1', address);
  assert.match(await ping(one.endpoint.gateway), / 0% packet loss/);
  assert.match(await ping(other.endpoint.ipAddress), /100% packet loss/);
});
