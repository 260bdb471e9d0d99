import { VERDICT } from '../netlink/traffic-message.ts';
import { assembleBpf, type BpfStep, bpf, FRAME } from './bpf-program.ts';

// linux/bpf.h: helpers, and struct __sk_buff
const HELPER = { storeBytes: 9, redirect: 23, loadBytes: 26, checksumOf: 28, changeProtocol: 31 } as const;
const SKB_PROTOCOL = 16;
const INGRESS = 1;
const ETHER_BYTES = 14;
const IPV4_BYTES = 20;
const IPV6_BYTES = 40;
/** Ether types as a little-endian machine reads them. */
const IPV4 = 0x0008;
const IPV6 = 0xdd86;
const TCP = 6;
const UDP = 17;
const SKB = 6;

/** Where the program's frame holds what. */
const IPV6_AT = -48;
const IPV4_AT = -72;
const ETHER_AT = -88;

export interface TranslatingLink {
  readonly index: number;
  readonly mac: Buffer;
  /** The twelve bytes before the IPv4 address; their sum must not change a checksum (RFC 6052, 4.1). */
  readonly prefix: Buffer;
}

/**
 * What is sent out of a link comes back in by it in the other family of IP: IPv6 between two addresses with the prefix
 * becomes IPv4 between what stands behind it, and the other way round (RFC 7915, for TCP and UDP without options and
 * fragments). It keeps no state: connections are what the tables track. Everything else is dropped.
 */
export function translateProgram(link: TranslatingLink): Buffer {
  return assembleBpf([
    bpf.copy(SKB, 1),
    bpf.load('word', 0, SKB, SKB_PROTOCOL),
    bpf.ifEqual(0, IPV4, 'ipv4'),
    bpf.unlessEqual(0, IPV6, 'drop'),
    ...fromIpv6(link),
    bpf.label('ipv4'),
    ...fromIpv4(link),
    bpf.label('drop'),
    bpf.set(0, VERDICT.drop),
    bpf.exit(),
  ]);
}

function fromIpv6({ index, mac, prefix }: TranslatingLink): BpfStep[] {
  return [
    ...readPacket(IPV6_AT, IPV6_BYTES),
    ...unlessPortsOf(bpf.load('byte', 7, FRAME, IPV6_AT + 6)),
    ...unlessPrefix(IPV6_AT + 8, prefix),
    ...unlessPrefix(IPV6_AT + 24, prefix),
    bpf.storeValue('word', FRAME, IPV4_AT, 0x45),
    bpf.load('half', 0, FRAME, IPV6_AT + 4),
    bpf.swapHalf(0),
    bpf.add(0, IPV4_BYTES),
    bpf.swapHalf(0),
    bpf.store('half', FRAME, IPV4_AT + 2, 0),
    // No identification, not to be fragmented.
    bpf.storeValue('word', FRAME, IPV4_AT + 4, 0x00400000),
    bpf.load('byte', 0, FRAME, IPV6_AT + 7),
    bpf.store('byte', FRAME, IPV4_AT + 8, 0),
    bpf.store('byte', FRAME, IPV4_AT + 9, 7),
    bpf.storeValue('half', FRAME, IPV4_AT + 10, 0),
    ...copyWord(IPV6_AT + 20, IPV4_AT + 12),
    ...copyWord(IPV6_AT + 36, IPV4_AT + 16),
    ...headerChecksum(),
    ...sendBack(index, mac, IPV4, IPV4_AT, IPV4_BYTES),
  ];
}

function fromIpv4({ index, mac, prefix }: TranslatingLink): BpfStep[] {
  return [
    ...readPacket(IPV4_AT, IPV4_BYTES),
    bpf.load('byte', 0, FRAME, IPV4_AT),
    bpf.unlessEqual(0, 0x45, 'drop'),
    bpf.load('half', 0, FRAME, IPV4_AT + 6),
    // More fragments, or not the first: bits 0x3fff in network order.
    bpf.and(0, 0xff3f),
    bpf.unlessEqual(0, 0, 'drop'),
    ...unlessPortsOf(bpf.load('byte', 7, FRAME, IPV4_AT + 9)),
    bpf.storeValue('word', FRAME, IPV6_AT, 0x60),
    bpf.load('half', 0, FRAME, IPV4_AT + 2),
    bpf.swapHalf(0),
    bpf.add(0, -IPV4_BYTES),
    bpf.swapHalf(0),
    bpf.store('half', FRAME, IPV6_AT + 4, 0),
    bpf.store('byte', FRAME, IPV6_AT + 6, 7),
    bpf.load('byte', 0, FRAME, IPV4_AT + 8),
    bpf.store('byte', FRAME, IPV6_AT + 7, 0),
    ...writePrefix(IPV6_AT + 8, prefix),
    ...copyWord(IPV4_AT + 12, IPV6_AT + 20),
    ...writePrefix(IPV6_AT + 24, prefix),
    ...copyWord(IPV4_AT + 16, IPV6_AT + 36),
    ...sendBack(index, mac, IPV6, IPV6_AT, IPV6_BYTES),
  ];
}

function readPacket(at: number, bytes: number): BpfStep[] {
  return [
    bpf.copy(1, SKB),
    bpf.set(2, ETHER_BYTES),
    bpf.copy(3, FRAME),
    bpf.add(3, at),
    bpf.set(4, bytes),
    bpf.call(HELPER.loadBytes),
    bpf.unlessEqual(0, 0, 'drop'),
  ];
}

/** Leaves the protocol in register 7. */
function unlessPortsOf(load: BpfStep): BpfStep[] {
  const known = `known ${JSON.stringify(load)}`;
  return [load, bpf.ifEqual(7, TCP, known), bpf.unlessEqual(7, UDP, 'drop'), bpf.label(known)];
}

function unlessPrefix(at: number, prefix: Buffer): BpfStep[] {
  return [0, 4, 8].flatMap((word) => [
    bpf.load('word', 0, FRAME, at + word),
    bpf.unlessEqual(0, prefix.readInt32LE(word), 'drop'),
  ]);
}

function writePrefix(at: number, prefix: Buffer): BpfStep[] {
  return [0, 4, 8].map((word) => bpf.storeValue('word', FRAME, at + word, prefix.readInt32LE(word)));
}

function copyWord(from: number, to: number): BpfStep[] {
  return [bpf.load('word', 0, FRAME, from), bpf.store('word', FRAME, to, 0)];
}

/** Of the IPv4 header: the sum of its halves, folded to 16 bits, inverted. */
function headerChecksum(): BpfStep[] {
  const fold = [bpf.copy(1, 0), bpf.shiftRight(1, 16), bpf.and(0, 0xffff), bpf.addRegister(0, 1)];
  return [
    bpf.set(1, 0),
    bpf.set(2, 0),
    bpf.copy(3, FRAME),
    bpf.add(3, IPV4_AT),
    bpf.set(4, IPV4_BYTES),
    bpf.set(5, 0),
    bpf.call(HELPER.checksumOf),
    ...fold,
    ...fold,
    bpf.xor(0, 0xffff),
    bpf.store('half', FRAME, IPV4_AT + 10, 0),
  ];
}

/** Puts the header in place of the packet's, and the packet where the link receives. */
function sendBack(index: number, mac: Buffer, type: number, headerAt: number, headerBytes: number): BpfStep[] {
  const ether = Buffer.concat([mac, mac, Buffer.from([type & 0xff, type >> 8])], 16);
  return [
    bpf.copy(1, SKB),
    bpf.set(2, type),
    bpf.set(3, 0),
    bpf.call(HELPER.changeProtocol),
    bpf.unlessEqual(0, 0, 'drop'),
    ...writePacket(ETHER_BYTES, headerAt, headerBytes),
    ...[0, 4, 8, 12].map((word) => bpf.storeValue('word', FRAME, ETHER_AT + word, ether.readInt32LE(word))),
    ...writePacket(0, ETHER_AT, ETHER_BYTES),
    bpf.set(1, index),
    bpf.set(2, INGRESS),
    bpf.call(HELPER.redirect),
    bpf.exit(),
  ];
}

function writePacket(offset: number, from: number, bytes: number): BpfStep[] {
  return [
    bpf.copy(1, SKB),
    bpf.set(2, offset),
    bpf.copy(3, FRAME),
    bpf.add(3, from),
    bpf.set(4, bytes),
    bpf.set(5, 0),
    bpf.call(HELPER.storeBytes),
    bpf.unlessEqual(0, 0, 'drop'),
  ];
}
