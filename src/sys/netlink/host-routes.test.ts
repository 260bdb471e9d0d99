import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSubnet } from '../../lib/ip.ts';
import { type HostRoute, parseIpv6Routes, parseRoutes } from './host-routes.ts';

const shown = ({ link, subnet, hasGateway }: HostRoute) =>
  `${link} ${formatSubnet(subnet)}${hasGateway ? ' by a router' : ''}`;

test('routes are read with link, destination and prefix length', () => {
  const text = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
tun0\t0100000A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
`;
  assert.deepEqual(parseRoutes(text).map(shown), [
    'eth0 0.0.0.0/0 by a router',
    'docker0 172.17.0.0/16',
    'eth0 192.0.2.0/24',
    'tun0 10.0.0.1/32',
  ]);
});

test('IPv6 routes are read without what every link has', () => {
  const zero = '0'.repeat(32);
  const text = [
    `fd000000000000000000000000000000 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001     eth0`,
    `fe800000000000000000000000000000 40 ${zero} 00 ${zero} 00000100 00000002 00000000 00000001     eth0`,
    `${zero} 00 ${zero} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0`,
    `00000000000000000000000000000001 80 ${zero} 00 ${zero} 00000000 00000003 00000000 80200001       lo`,
    `ff000000000000000000000000000000 08 ${zero} 00 ${zero} 00000100 00000002 00000000 00000001     eth0`,
    '',
  ].join('\n');
  assert.deepEqual(parseIpv6Routes(text).map(shown), ['eth0 fd00::/64', 'eth0 ::/0 by a router']);
});
