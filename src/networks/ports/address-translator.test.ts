import assert from 'node:assert/strict';
import { openSync } from 'node:fs';
import { test } from 'node:test';
import { addressBytes, contains, parseAddress, parseCidr } from '../../lib/ip.ts';
import { RecordingRouteNetlink } from '../../sys/netlink/recording-route-netlink.ts';
import { AddressTranslator, translatorAddresses } from './address-translator.ts';

function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum % 0xffff;
}

function setUp(load: () => Promise<number>) {
  const netlink = new RecordingRouteNetlink();
  const warnings: string[] = [];
  const translator = new AddressTranslator({
    link: 'skiff6',
    netlink,
    loadTrafficProgram: load,
    forwardIpv6: () => undefined,
    warn: (message) => warnings.push(message),
  });
  return { netlink, translator, warnings };
}

test('the address that stands for an IPv4 one leaves checksums as they are, whatever the daemon', () => {
  for (const link of ['skiff6', 'skiff6_12345678', 'skiff6_ffffffff']) {
    const { translator } = setUp(() => Promise.resolve(openSync('/dev/null', 'r')));
    const { ipv4, ipv6, neighbour, prefix } = translatorAddresses(link);
    assert.equal(checksum(prefix), 0);
    assert.equal(checksum(addressBytes(ipv6)), checksum(addressBytes(ipv4)));
    assert.ok(contains(parseCidr('fd00::/8').subnet, parseAddress(ipv6)));
    assert.ok(contains(parseCidr(`${neighbour}/31`).subnet, parseAddress(ipv4)), 'the route to it comes by itself');
    assert.equal(checksum(addressBytes(translator.translated('172.17.0.2'))), checksum(addressBytes('172.17.0.2')));
  }
});

test('the link is made once, and a kernel that takes no program is told of once', async () => {
  const { netlink, translator, warnings } = setUp(() => Promise.reject(new Error('no BPF here')));
  netlink.missing.add('skiff6');
  await translator.ensure();
  await translator.ensure();
  assert.equal(netlink.calls.filter((call) => call.includes('create bridge skiff6')).length, 1);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /no BPF here/);
  assert.equal(netlink.openSockets, 0);
});
