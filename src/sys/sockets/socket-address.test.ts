import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeSocketAddress } from './socket-address.ts';

const hex = (address: string, port: number) => encodeSocketAddress({ address, port }).toString('hex');

test('An IPv4 address is a sockaddr_in: family, port, address and eight zeros', () => {
  assert.equal(hex('127.0.0.11', 53), `02000035${'7f00000b'}${'00'.repeat(8)}`);
});

test('An IPv6 address is a sockaddr_in6 in each of its written forms', () => {
  const loopback = `0a000035${'00'.repeat(4)}${'00'.repeat(15)}01${'00'.repeat(4)}`;
  assert.equal(hex('::1', 53), loopback);
  assert.equal(hex('0:0:0:0:0:0:0:1', 53), loopback);
  assert.equal(hex('2001:db8::8:1', 5353).slice(16, 48), '20010db8000000000000000000080001');
  assert.equal(hex('::ffff:10.0.0.1', 1).slice(16, 48), '00000000000000000000ffff0a000001');
  assert.equal(hex('fe80::1%eth0', 1).slice(16, 48), 'fe800000000000000000000000000001');
});
