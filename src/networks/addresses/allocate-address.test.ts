import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkSubnet } from '../../state/networks.ts';
import { allocateAddress } from './allocate-address.ts';

function subnet(text: string, gateway: string, more: Partial<NetworkSubnet> = {}): NetworkSubnet {
  return { subnet: text, gateway, showsGateway: true, ipRange: '', auxAddresses: {}, ...more };
}

const small = subnet('10.1.2.0/29', '10.1.2.1');

function allocate(inUse: readonly string[], last?: string, from = small): string | undefined {
  return allocateAddress(from, { inUse: new Set(inUse), last });
}

function all(from: NetworkSubnet): string[] {
  const given: string[] = [];
  for (;;) {
    const address = allocate(given, given.at(-1), from);
    if (address === undefined) return given;
    given.push(address);
  }
}

test('the first address is the one after the gateway', () => {
  assert.equal(allocate([]), '10.1.2.2');
});

test('an address in use is passed over', () => {
  assert.equal(allocate(['10.1.2.2', '10.1.2.3']), '10.1.2.4');
});

test('the address after the last one comes next, and after the end the first free one', () => {
  assert.equal(allocate([], '10.1.2.3'), '10.1.2.4');
  assert.equal(allocate(['10.1.2.2'], '10.1.2.6'), '10.1.2.3');
});

test('gateway, network and broadcast address are never given out', () => {
  assert.deepEqual(all(small), ['10.1.2.2', '10.1.2.3', '10.1.2.4', '10.1.2.5', '10.1.2.6']);
});

test('a range bounds what is given out, and auxiliary addresses are left out', () => {
  const limited = subnet('10.1.2.0/24', '10.1.2.1', { ipRange: '10.1.2.4/30', auxAddresses: { router: '10.1.2.5' } });
  assert.deepEqual(all(limited), ['10.1.2.4', '10.1.2.6', '10.1.2.7']);
  const atEnd = subnet('10.1.2.0/29', '10.1.2.1', { ipRange: '10.1.2.6/31' });
  assert.deepEqual(all(atEnd), ['10.1.2.6']);
});

test('IPv6 addresses follow the gateway, and the last one is an address like others', () => {
  assert.equal(allocate([], undefined, subnet('fd00::/64', 'fd00::1')), 'fd00::2');
  assert.deepEqual(all(subnet('fd00::/126', 'fd00::1')), ['fd00::2', 'fd00::3']);
});

test('the smallest of subnets have all their addresses for hosts', () => {
  assert.deepEqual(all(subnet('10.1.2.0/31', '10.1.2.0')), ['10.1.2.1']);
  assert.deepEqual(all(subnet('10.1.2.0/32', '10.1.2.0')), []);
});

test('in a large subnet an address is found without trying all of them', () => {
  const taken = Array.from({ length: 300 }, (_, index) => `fd00::${(index + 2).toString(16)}`);
  assert.equal(allocate(taken, undefined, subnet('fd00::/64', 'fd00::1')), 'fd00::12e');
});
