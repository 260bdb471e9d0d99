import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainSettings } from '../state/networks.ts';
import { askedLinkName, endpointOptionProblems, isLinkName, linkSysctls } from './endpoint-options.ts';

const settings = (driverOptions: Record<string, string> | null) => ({ ...plainSettings, driverOptions });
const PREFIX = 'com.docker.network.endpoint.';

test('an endpoint may name its link, but with nothing that has a meaning in a path', () => {
  assert.equal(askedLinkName(settings({ [`${PREFIX}ifname`]: 'lan0' })), 'lan0');
  assert.equal(askedLinkName(settings(null)), undefined);
  for (const name of ['..', '../x', 'a/b', 'a b', 'a:1', '.hidden', 'sixteen-letters-', 'quote"']) {
    assert.ok(!isLinkName(name), name);
    assert.deepEqual(endpointOptionProblems(settings({ [`${PREFIX}ifname`]: name })), [
      `invalid interface name: ${name}`,
    ]);
  }
});

test('settings of the link alone become paths below /proc/sys/net', () => {
  const text = 'net.ipv4.conf.IFNAME.log_martians=1,net.ipv6.neigh.ifname.gc_stale_time=5';
  assert.deepEqual(linkSysctls(settings({ [`${PREFIX}sysctls`]: text }), 'eth1'), [
    { path: 'ipv4/conf/eth1/log_martians', value: '1' },
    { path: 'ipv6/neigh/eth1/gc_stale_time', value: '5' },
  ]);
});

test('other settings are refused', () => {
  for (const text of [
    'net.ipv4.ip_forward=1',
    'net.ipv4.conf.all.x=1',
    'kernel.x=1',
    'net.ipv4.conf.IFNAME.a/b=1',
    'x',
  ]) {
    assert.equal(endpointOptionProblems(settings({ [`${PREFIX}sysctls`]: text })).length, 1, text);
  }
});
