import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { overlaps, parseCidr } from '../../../src/lib/ip.ts';
import type { Endpoint } from '../../../src/networks/container-network.ts';
import { inNamespace, OwnNetworks, requestFor } from '../../support/own-networks.ts';

const daemons = [new OwnNetworks(), new OwnNetworks(), new OwnNetworks()];
after(() => Promise.all(daemons.map((daemon) => daemon.close())));

test('daemons that start at the same time choose subnets apart, and keep their containers apart', async () => {
  const opened = daemons.map((daemon) => daemon.open());
  await Promise.all(opened.map((networks) => networks.restore(new Set())));
  const subnets = opened.map(
    (networks) => parseCidr(networks.list().find(({ name }) => name === 'bridge')?.subnets[0]?.subnet ?? '').subnet,
  );
  for (const [index, subnet] of subnets.entries()) {
    assert.ok(!subnets.slice(index + 1).some((other) => overlaps(subnet, other)));
  }
  const places: { key: string; endpoint: Endpoint }[] = [];
  for (const networks of opened) {
    const request = requestFor('bridge');
    const { sandbox, endpoints } = await networks.prepare(request);
    const [endpoint] = endpoints;
    assert.ok(endpoint);
    places.push({ key: sandbox.key, endpoint });
    await networks.connect(request.id);
  }
  const [one, other] = places;
  assert.ok(one !== undefined && other !== undefined);
  assert.match(await inNamespace(one.key, 'busybox', 'ping', '-c1', '-W1', one.endpoint.gateway), / 0% packet loss/);
  assert.match(
    await inNamespace(one.key, 'busybox', 'ping', '-c1', '-W1', other.endpoint.ipAddress),
    /100% packet loss/,
  );
});
