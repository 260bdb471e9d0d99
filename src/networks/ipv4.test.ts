import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { broadcastOf, formatAddress, formatSubnet, macOf, overlaps, parseAddress, parseCidr } from './ipv4.ts';

test('addresses above 127 survive the way to a number and back', () => {
  for (const text of ['0.0.0.0', '127.0.0.1', '192.168.3.255', '255.255.255.255']) {
    assert.equal(formatAddress(parseAddress(text)), text);
  }
});

test('a CIDR address keeps its host bits apart from its subnet', () => {
  const { address, subnet } = parseCidr('192.168.5.1/24');
  assert.equal(formatAddress(address), '192.168.5.1');
  assert.equal(formatSubnet(subnet), '192.168.5.0/24');
  assert.equal(formatAddress(broadcastOf(subnet)), '192.168.5.255');
});

test('what is no CIDR address is refused by its text', () => {
  for (const text of ['', '1.2.3.4', '1.2.3/24', '1.2.3.4/33', '1.2.3.256/24', 'a.b.c.d/8']) {
    assert.throws(
      () => parseCidr(text),
      (error) => isEngineError(error, 'invalid_argument'),
    );
  }
});

test('subnets overlap when one lies in the other, and not when they touch', () => {
  const subnet = (text: string) => parseCidr(text).subnet;
  assert.ok(overlaps(subnet('10.0.0.0/8'), subnet('10.200.3.0/24')));
  assert.ok(overlaps(subnet('10.200.3.0/24'), subnet('10.0.0.0/8')));
  assert.ok(!overlaps(subnet('172.17.0.0/16'), subnet('172.18.0.0/16')));
});

test('the MAC address is 02:42 and the address', () => {
  assert.equal(macOf(parseAddress('172.17.0.2')), '02:42:ac:11:00:02');
});
