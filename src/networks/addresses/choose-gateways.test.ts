import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkId } from '../../lib/ids.ts';
import { plainSettings } from '../../state/networks.ts';
import { endpointRecord, networkRecord } from '../../state/testing/network-records.ts';
import { chooseGateways, type PlacedEndpoint } from './choose-gateways.ts';

interface Wanted {
  readonly families?: readonly (4 | 6)[];
  readonly priority?: number;
  readonly internal?: boolean;
}

function placed(name: string, { families = [4], priority = 0, internal = false }: Wanted = {}): PlacedEndpoint {
  const shared = { showsGateway: true, ipRange: '', auxAddresses: {} };
  const network = networkRecord(name, {
    id: name as NetworkId,
    subnets: [
      { subnet: '10.0.0.0/24', gateway: '10.0.0.1', ...shared },
      { subnet: 'fd00::/64', gateway: 'fd00::1', ...shared },
    ],
    enableIpv6: true,
    internal,
  });
  const record = endpointRecord(network, {
    ipv4Address: families.includes(4) ? '10.0.0.2' : '',
    ipv6Address: families.includes(6) ? 'fd00::2' : '',
    settings: { ...plainSettings, gatewayPriority: priority },
  });
  return { network, record };
}

function chosen(...endpoints: PlacedEndpoint[]): (string | undefined)[] {
  const gateways = chooseGateways(endpoints);
  return [gateways.get(4)?.networkId, gateways.get(6)?.networkId];
}

test('of several networks the first by name leads outside', () => {
  assert.deepEqual(chosen(placed('b'), placed('a'), placed('c')), ['a', undefined]);
});

test('a network of both families goes before others, and each family has its own way', () => {
  assert.deepEqual(chosen(placed('a'), placed('b', { families: [4, 6] })), ['b', 'b']);
  assert.deepEqual(chosen(placed('a'), placed('b', { families: [6] })), ['a', 'b']);
});

test('the priority decides before all that', () => {
  assert.deepEqual(chosen(placed('a', { families: [4, 6] }), placed('b', { priority: 1 })), ['b', 'a']);
  assert.deepEqual(chosen(placed('a', { priority: -1 }), placed('b')), ['b', undefined]);
});

test('an internal network leads nowhere', () => {
  assert.deepEqual(chosen(placed('a', { internal: true, priority: 9 }), placed('b')), ['b', undefined]);
  assert.deepEqual(chosen(placed('a', { internal: true })), [undefined, undefined]);
  assert.deepEqual(chosen(), [undefined, undefined]);
});
