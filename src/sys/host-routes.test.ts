import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRoutes } from './host-routes.ts';

test('routes are read with link, destination and prefix length', () => {
  const text = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
tun0\t0100000A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
`;
  assert.deepEqual(parseRoutes(text), [
    { link: 'eth0', destination: 0, prefixLength: 0 },
    { link: 'docker0', destination: 0xac110000, prefixLength: 16 },
    { link: 'eth0', destination: 0xc0000200, prefixLength: 24 },
    { link: 'tun0', destination: 0x0a000001, prefixLength: 32 },
  ]);
});
