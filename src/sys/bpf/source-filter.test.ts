import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressBytes } from '../../lib/ip.ts';
import { guardSources } from './source-filter.ts';

const MAC = '02:42:ac:11:00:02';
const OTHER_MAC = '02:42:ac:11:00:03';
const sources = { mac: MAC, addresses: ['172.17.0.2', 'fd00::2'] };
const hex = (mac: string) => Buffer.from(mac.replaceAll(':', ''), 'hex');

/** Runs the program of the second message on a frame, as the kernel does. */
function passes(frame: Buffer): boolean {
  const body = guardSources(1, 'veth', sources)[1]?.body ?? Buffer.alloc(0);
  // The instructions begin with the load of the source MAC's first word.
  const start = body.indexOf(Buffer.from([0x20, 0, 0, 0, 6, 0, 0, 0]));
  let word = 0;
  for (let at = start; ; at += 8) {
    const [code, same, other, value] = [body.readUInt16LE(at), body[at + 2], body[at + 3], body.readUInt32LE(at + 4)];
    if (code === 0x06) return value !== 2;
    if (code === 0x20) word = frame.readUInt32BE(value);
    else if (code === 0x28) word = frame.readUInt16BE(value);
    else if (code === 0x30) word = frame.readUInt8(value);
    else at += 8 * ((word === value ? same : other) ?? 0);
  }
}

function frame(type: number, content: Buffer, mac = MAC): Buffer {
  const ether = Buffer.concat([hex('ff:ff:ff:ff:ff:ff'), hex(mac), Buffer.from([type >> 8, type & 255])]);
  return Buffer.concat([ether, content, Buffer.alloc(64)]);
}
const ipv4 = (source: string) => Buffer.concat([Buffer.alloc(12), addressBytes(source), Buffer.alloc(4)]);
const arp = (mac: string, source: string) =>
  Buffer.concat([Buffer.from('0001080006040001', 'hex'), hex(mac), addressBytes(source), Buffer.alloc(10)]);
const ipv6 = (source: string, next = 6, content = Buffer.alloc(0)) => {
  const start = Buffer.from([0x60, 0, 0, 0, 0, 0, next, 64]);
  return Buffer.concat([start, addressBytes(source), addressBytes('ff02::1'), content]);
};
const icmp6 = (type: number, target = '::') =>
  Buffer.concat([Buffer.from([type, 0, 0, 0, 0, 0, 0, 0]), addressBytes(target)]);

test('IPv4 and ARP pass with the own addresses only', () => {
  assert.ok(passes(frame(0x0800, ipv4('172.17.0.2'))));
  assert.ok(!passes(frame(0x0800, ipv4('172.17.0.3'))));
  assert.ok(!passes(frame(0x0800, ipv4('172.17.0.2'), OTHER_MAC)));
  assert.ok(passes(frame(0x0806, arp(MAC, '172.17.0.2'))));
  assert.ok(passes(frame(0x0806, arp(MAC, '0.0.0.0'))), 'a probe');
  assert.ok(!passes(frame(0x0806, arp(MAC, '172.17.0.1'))));
  assert.ok(!passes(frame(0x0806, arp(OTHER_MAC, '172.17.0.2'))));
});

test('IPv6 passes with the own addresses, the link-local one of the MAC among them', () => {
  assert.ok(passes(frame(0x86dd, ipv6('fd00::2'))));
  assert.ok(passes(frame(0x86dd, ipv6('fe80::42:acff:fe11:2'))));
  assert.ok(!passes(frame(0x86dd, ipv6('fe80::42:acff:fe11:3'))));
  assert.ok(!passes(frame(0x86dd, ipv6('fd00::3'))));
});

test('a container speaks neither for the address of another one nor as a router', () => {
  assert.ok(passes(frame(0x86dd, ipv6('fd00::2', 58, icmp6(136, 'fd00::2')))));
  assert.ok(!passes(frame(0x86dd, ipv6('fd00::2', 58, icmp6(136, 'fd00::1')))));
  assert.ok(!passes(frame(0x86dd, ipv6('fe80::42:acff:fe11:2', 58, icmp6(134)))));
  assert.ok(passes(frame(0x86dd, ipv6('fd00::2', 58, icmp6(128)))), 'a ping');
});

test('an advertisement does not hide behind other headers', () => {
  const hopByHop = (type: number) => Buffer.concat([Buffer.from([58, 0, 5, 2, 0, 0, 1, 0]), icmp6(type)]);
  assert.ok(passes(frame(0x86dd, ipv6('::', 0, hopByHop(143)))), 'a listener report');
  assert.ok(!passes(frame(0x86dd, ipv6('::', 0, hopByHop(136)))));
  assert.ok(!passes(frame(0x86dd, ipv6('fd00::2', 60, hopByHop(136)))));
  assert.ok(!passes(frame(0x8100, Buffer.from([0, 1, 8, 0]))), 'nor in a VLAN');
});
