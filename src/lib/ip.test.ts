import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import {
  addressBytes,
  contains,
  formatAddress,
  formatSubnet,
  lastOf,
  overlaps,
  parseAddress,
  parseCidr,
} from './ip.ts';

test('addresses survive the way to a number and back', () => {
  for (const text of [
    '0.0.0.0',
    '127.0.0.1',
    '192.168.3.255',
    '255.255.255.255',
    '::',
    '::1',
    'fd00::',
    '1:2:3:4:5:6:7:8',
  ]) {
    assert.equal(formatAddress(parseAddress(text)), text);
  }
});

test('IPv6 addresses come out in their shortest form', () => {
  const forms: [string, string][] = [
    ['FD00:0:0:0:0:0:0:1', 'fd00::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['1:0:3:4:5:6:7:8', '1:0:3:4:5:6:7:8'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
    ['64:ff9b::10.0.0.1', '64:ff9b::a00:1'],
    ['fe80:0:0:0:0:0:0:0', 'fe80::'],
  ];
  for (const [given, expected] of forms) assert.equal(formatAddress(parseAddress(given)), expected);
});

test('a CIDR address keeps its host bits apart from its subnet', () => {
  const { address, subnet } = parseCidr('192.168.5.1/24');
  assert.equal(formatAddress(address), '192.168.5.1');
  assert.equal(formatSubnet(subnet), '192.168.5.0/24');
  assert.equal(formatAddress({ family: 4, value: lastOf(subnet) }), '192.168.5.255');
  assert.equal(formatSubnet(parseCidr('fd00:1:2:3::9/64').subnet), 'fd00:1:2:3::/64');
  assert.equal(formatSubnet(parseCidr('0.0.0.0/0').subnet), '0.0.0.0/0');
});

test('what is no CIDR address is refused by its text', () => {
  const texts = [
    '',
    '1.2.3.4',
    '1.2.3/24',
    '1.2.3.4/33',
    '1.2.3.256/24',
    'a.b.c.d/8',
    'fd00::/129',
    'fd00::%eth0/64',
    '1.2.3.4/08',
  ];
  for (const text of texts) {
    assert.throws(
      () => parseCidr(text),
      (error) => isEngineError(error, 'invalid_argument'),
      text,
    );
  }
});

test('subnets overlap when one lies in the other, and not when they touch or are of two families', () => {
  const subnet = (text: string) => parseCidr(text).subnet;
  assert.ok(overlaps(subnet('10.0.0.0/8'), subnet('10.200.3.0/24')));
  assert.ok(overlaps(subnet('10.200.3.0/24'), subnet('10.0.0.0/8')));
  assert.ok(!overlaps(subnet('172.17.0.0/16'), subnet('172.18.0.0/16')));
  assert.ok(!overlaps(subnet('0.0.0.0/0'), subnet('::/0')));
  assert.ok(contains(subnet('fd00::/64'), parseAddress('fd00::ffff')));
  assert.ok(!contains(subnet('fd00::/64'), parseAddress('fd00:0:0:1::')));
});

test('on the wire an address is its bytes in network order', () => {
  assert.equal(addressBytes('172.17.0.2').toString('hex'), 'ac110002');
  assert.equal(addressBytes('fd00::1').toString('hex'), 'fd000000000000000000000000000001');
});
