import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainSettings } from '../../state/networks.ts';
import { networkRecord } from '../../state/testing/network-records.ts';
import { AddressBook } from './reserve-addresses.ts';

const subnet = { subnet: '10.1.0.0/29', gateway: '10.1.0.1', showsGateway: true, ipRange: '' };
const network = networkRecord('net', { subnets: [{ ...subnet, auxAddresses: { router: '10.1.0.6' } }] });

function reserve(wanted: string, inUse: readonly string[] = []) {
  const settings = { ...plainSettings, ipam: wanted === '' ? null : { ipv4Address: wanted } };
  return new AddressBook().reserve(network, settings, new Set(inUse));
}

test('an address that was asked for is given when it is free', () => {
  const { ipv4Address, ipv6Address, macAddress } = reserve('10.1.0.4', ['10.1.0.2']);
  assert.deepEqual([ipv4Address, ipv6Address, macAddress], ['10.1.0.4', '', '02:42:0a:01:00:04']);
});

test('an address that somebody has, or that is kept for something else, is refused', () => {
  const refused = { kind: 'forbidden', message: 'Address already in use' };
  assert.throws(() => reserve('10.1.0.4', ['10.1.0.4']), refused);
  for (const kept of ['10.1.0.0', '10.1.0.1', '10.1.0.6', '10.1.0.7'])
    assert.throws(() => reserve(kept), refused, kept);
  assert.throws(() => reserve('10.2.0.1'), { kind: 'invalid_argument' });
});

test('when every address is in use, that is said', () => {
  const inUse = ['10.1.0.2', '10.1.0.3', '10.1.0.4'];
  assert.equal(reserve('', inUse).ipv4Address, '10.1.0.5');
  assert.throws(() => reserve('', [...inUse, '10.1.0.5']), {
    kind: 'internal',
    message: /no available IPv4 addresses/,
  });
});
