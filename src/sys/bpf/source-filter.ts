import { addressBytes, familyOf } from '../../lib/ip.ts';
import type { RouteMessage } from '../netlink/netlink.ts';
import { runOnTraffic, VERDICT } from '../netlink/traffic-message.ts';

// linux/filter.h
const LOAD_WORD = 0x20;
const LOAD_HALF = 0x28;
const LOAD_BYTE = 0x30;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;

const ETHER_TYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd, vlan: 0x8100, serviceVlan: 0x88a8 } as const;
const IPV6_HEADER = 14;
const ICMPV6 = 58;
const ICMPV6_TYPE = IPV6_HEADER + 40;
const ADVERTISED_ADDRESS = ICMPV6_TYPE + 8;
const ROUTER_ADVERTISEMENT = 134;
const NEIGHBOUR_ADVERTISEMENT = 136;
const REDIRECT = 137;
/** Routing and destination options: an advertisement could hide behind them. */
const HIDING_HEADERS = [43, 60];
const HOP_BY_HOP = 0;
/** Multicast listener queries and reports, which alone need hop-by-hop options. */
const LISTENER_MESSAGES = [130, 131, 132, 143];

type Outcome = 'pass' | 'drop';
/** A step of the program: load, or compare what was loaded and go on where it says; `undefined` is the next step. */
type Step =
  | { readonly load: number; readonly at: number }
  | { readonly equals: number; readonly same?: string; readonly other?: string }
  | { readonly label: string }
  | { readonly outcome: Outcome };

/** What a container may send as its own. */
export interface OwnSources {
  readonly mac: string;
  /** Of both families, without prefix lengths. The link-local IPv6 address of the MAC is among them by itself. */
  readonly addresses: readonly string[];
}

/**
 * Lets only frames with these sources in from a container: at the host's end of its link, so that nothing inside can
 * change it, and it goes with the link. A classic BPF program, since nft sees neither ARP nor bridged frames in the
 * tables of the host's routing.
 */
export function guardSources(linkIndex: number, link: string, sources: OwnSources): RouteMessage[] {
  const name = `only ${sources.mac} ${sources.addresses.join(' ')}`;
  const program = assemble(programFor(sources));
  return runOnTraffic({ linkIndex, link, direction: 'incoming', name, program });
}

function programFor({ mac, addresses }: OwnSources): Step[] {
  const macBytes = Buffer.from(mac.replaceAll(':', ''), 'hex');
  const own4 = addresses.filter((address) => familyOf(address) === 4).map(addressBytes);
  const own6 = [linkLocalOf(macBytes), ...addresses.filter((address) => familyOf(address) === 6).map(addressBytes)];
  return [
    ...sameMac(6, macBytes),
    { load: LOAD_HALF, at: 12 },
    { equals: ETHER_TYPE.ipv4, same: 'ipv4' },
    { equals: ETHER_TYPE.arp, same: 'arp' },
    { equals: ETHER_TYPE.ipv6, same: 'ipv6' },
    { equals: ETHER_TYPE.vlan, same: 'drop' },
    { equals: ETHER_TYPE.serviceVlan, same: 'drop', other: 'pass' },
    { label: 'ipv4' },
    ...oneOf(26, own4, 'pass'),
    { label: 'arp' },
    ...sameMac(22, macBytes),
    // A probe for an address that nobody has yet comes from none.
    ...oneOf(28, [Buffer.alloc(4), ...own4], 'pass'),
    { label: 'ipv6' },
    ...oneOf(IPV6_HEADER + 8, [Buffer.alloc(16), ...own6], 'content', 'source'),
    { label: 'content' },
    ...contentSteps(own6),
    { label: 'pass' },
    { outcome: 'pass' },
    { label: 'drop' },
    { outcome: 'drop' },
  ];
}

function sameMac(at: number, mac: Buffer): Step[] {
  return [
    { load: LOAD_WORD, at },
    { equals: mac.readUInt32BE(0), other: 'drop' },
    { load: LOAD_HALF, at: at + 4 },
    { equals: mac.readUInt16BE(4), other: 'drop' },
  ];
}

/** Goes on at `same` when one of the addresses stands at `at`, and drops otherwise. `name` keeps the labels apart. */
function oneOf(at: number, addresses: readonly Buffer[], same: string, name = `at ${at}`): Step[] {
  const steps = addresses.flatMap((address, index): Step[] => {
    const next = index === addresses.length - 1 ? 'drop' : `${name} next ${index}`;
    const words = Array.from({ length: address.length / 4 }, (_, word): Step[] => [
      { load: LOAD_WORD, at: at + 4 * word },
      {
        equals: address.readUInt32BE(4 * word),
        other: next,
        ...(word === address.length / 4 - 1 ? { same } : {}),
      },
    ]);
    return [...words.flat(), ...(next === 'drop' ? [] : [{ label: next }])];
  });
  return steps.length === 0 ? [{ outcome: 'drop' }] : steps;
}

/** A container neither speaks for another one's address nor poses as a router. */
function contentSteps(own6: readonly Buffer[]): Step[] {
  return [
    { load: LOAD_BYTE, at: IPV6_HEADER + 6 },
    ...HIDING_HEADERS.map((type): Step => ({ equals: type, same: 'drop' })),
    { equals: HOP_BY_HOP, same: 'hop by hop' },
    { equals: ICMPV6, other: 'pass' },
    { load: LOAD_BYTE, at: ICMPV6_TYPE },
    { equals: ROUTER_ADVERTISEMENT, same: 'drop' },
    { equals: REDIRECT, same: 'drop' },
    { equals: NEIGHBOUR_ADVERTISEMENT, other: 'pass' },
    ...oneOf(ADVERTISED_ADDRESS, own6, 'pass', 'advertised'),
    { label: 'hop by hop' },
    { load: LOAD_HALF, at: ICMPV6_TYPE },
    { equals: ICMPV6 << 8, other: 'drop' },
    { load: LOAD_BYTE, at: ICMPV6_TYPE + 8 },
    ...LISTENER_MESSAGES.map(
      (type, index): Step => ({
        equals: type,
        same: 'pass',
        ...(index === LISTENER_MESSAGES.length - 1 ? { other: 'drop' } : {}),
      }),
    ),
  ];
}

/** The address that the kernel derives from a MAC (RFC 4291, appendix A). */
function linkLocalOf(mac: Buffer): Buffer {
  const [first = 0, ...rest] = mac;
  return Buffer.from([0xfe, 0x80, 0, 0, 0, 0, 0, 0, first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)]);
}

/** struct sock_filter for each step. */
function assemble(steps: readonly Step[]): Buffer {
  const positions = new Map<string, number>();
  const code: Exclude<Step, { label: string }>[] = [];
  for (const step of steps) {
    if ('label' in step) positions.set(step.label, code.length);
    else code.push(step);
  }
  const distance = (from: number, label: string | undefined): number => {
    const position = label === undefined ? from + 1 : positions.get(label);
    const jump = (position ?? -1) - from - 1;
    if (jump < 0 || jump > 255) throw new RangeError(`a filter of ${code.length} steps has no way to ${label ?? ''}`);
    return jump;
  };
  return Buffer.concat(
    code.map((step, at) => {
      if ('load' in step) return instruction(step.load, 0, 0, step.at);
      if ('outcome' in step) return instruction(RETURN, 0, 0, step.outcome === 'pass' ? VERDICT.goOn : VERDICT.drop);
      return instruction(JUMP_IF_EQUAL, distance(at, step.same), distance(at, step.other), step.equals);
    }),
  );
}

function instruction(code: number, jumpTrue: number, jumpFalse: number, operand: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(jumpTrue, 2);
  bytes.writeUInt8(jumpFalse, 3);
  bytes.writeUInt32LE(operand, 4);
  return bytes;
}
