import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { overlaps, parseCidr } from '../../../src/networks/ipv4.ts';
import { inNamespace, OwnNetworks, requestFor } from '../../support/own-networks.ts';

const daemons = [new OwnNetworks(), new OwnNetworks(), new OwnNetworks()];
after(() => Promise.all(daemons.map((daemon) => daemon.close())));

test('daemons that start at the same time choose subnets apart, and keep their containers apart', async () => {
  const opened = daemons.map((daemon) => daemon.open());
  await Promise.all(opened.map((networks) => networks.restore(new Set())));
  const subnets = opened.map(
    (networks) => parseCidr(networks.list().find(({ name }) => name === 'bridge')?.subnet ?? '').subnet,
  );
  for (const [index, subnet] of subnets.entries()) {
    assert.ok(!subnets.slice(index + 1).some((other) => overlaps(subnet, other)));
  }
  const endpoints = [];
  for (const networks of opened) {
    const request = requestFor('bridge');
    endpoints.push((await networks.prepare(request)).endpoint);
    await networks.connect(request.id);
  }
  const [one, other] = endpoints;
  assert.ok(one !== undefined && other !== undefined);
  assert.match(await inNamespace(one.sandboxKey, 'busybox', 'ping', '-c1', '-W1', one.gateway), / 0% packet loss/);
  assert.match(await inNamespace(one.sandboxKey, 'busybox', 'ping', '-c1', '-W1', other.ipAddress), /100% packet loss/);
});
