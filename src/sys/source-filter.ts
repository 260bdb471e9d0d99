import { addressBytes, familyOf } from '../lib/ip.ts';
import { attribute, nested, type RouteMessage, text, u32 } from './netlink.ts';

// linux/pkt_sched.h, linux/pkt_cls.h, linux/rtnetlink.h, linux/filter.h
const RTM = { NEWQDISC: 36, NEWTFILTER: 44 } as const;
const NLM_F = { REQUEST: 0x1, ACK: 0x4, EXCLUSIVE: 0x200, CREATE: 0x400 } as const;
const TC_H_CLSACT = 0xfffffff1;
const TC_H_CLSACT_INGRESS = 0xfffffff2;
const CLSACT_HANDLE = 0xffff0000;
const TCA = { KIND: 1, OPTIONS: 2 } as const;
const TCA_BPF = { OPS_LEN: 4, OPS: 5, NAME: 7, FLAGS: 8 } as const;
const ACT_DIRECT = 1;
const ETH_P_ALL = 3;
const FIRST_PRIORITY = 1;
const TC_ACT_UNSPEC = 0xffffffff;
const TC_ACT_SHOT = 2;

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
  | { readonly equals: number; readonly then?: string; readonly otherwise?: string }
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
export function guardSources(linkIndex: number, what: string, sources: OwnSources): RouteMessage[] {
  const program = assemble(programFor(sources));
  const flags = NLM_F.REQUEST | NLM_F.ACK | NLM_F.CREATE | NLM_F.EXCLUSIVE;
  const priorityAndProtocol = ((FIRST_PRIORITY << 16) | (ETH_P_ALL << 8)) >>> 0;
  return [
    {
      what: `hook into ${what}`,
      type: RTM.NEWQDISC,
      flags,
      body: Buffer.concat([
        trafficHeader(linkIndex, CLSACT_HANDLE, TC_H_CLSACT, 0),
        attribute(TCA.KIND, text('clsact')),
      ]),
    },
    {
      what: `guard sources of ${what}`,
      type: RTM.NEWTFILTER,
      flags,
      body: Buffer.concat([
        trafficHeader(linkIndex, 0, TC_H_CLSACT_INGRESS, priorityAndProtocol),
        attribute(TCA.KIND, text('bpf')),
        nested(
          TCA.OPTIONS,
          attribute(TCA_BPF.OPS_LEN, halfWord(program.length / 8)),
          attribute(TCA_BPF.OPS, program),
          attribute(TCA_BPF.NAME, text(`only ${sources.mac} ${sources.addresses.join(' ')}`)),
          attribute(TCA_BPF.FLAGS, u32(ACT_DIRECT)),
        ),
      ]),
    },
  ];
}

/** struct tcmsg */
function trafficHeader(linkIndex: number, handle: number, parent: number, info: number): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeInt32LE(linkIndex, 4);
  bytes.writeUInt32LE(handle, 8);
  bytes.writeUInt32LE(parent, 12);
  bytes.writeUInt32LE(info, 16);
  return bytes;
}

function halfWord(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function programFor({ mac, addresses }: OwnSources): Step[] {
  const macBytes = Buffer.from(mac.replaceAll(':', ''), 'hex');
  const own4 = addresses.filter((address) => familyOf(address) === 4).map(addressBytes);
  const own6 = [linkLocalOf(macBytes), ...addresses.filter((address) => familyOf(address) === 6).map(addressBytes)];
  return [
    ...sameMac(6, macBytes),
    { load: LOAD_HALF, at: 12 },
    { equals: ETHER_TYPE.ipv4, then: 'ipv4' },
    { equals: ETHER_TYPE.arp, then: 'arp' },
    { equals: ETHER_TYPE.ipv6, then: 'ipv6' },
    { equals: ETHER_TYPE.vlan, then: 'drop' },
    { equals: ETHER_TYPE.serviceVlan, then: 'drop', otherwise: 'pass' },
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
    { equals: mac.readUInt32BE(0), otherwise: 'drop' },
    { load: LOAD_HALF, at: at + 4 },
    { equals: mac.readUInt16BE(4), otherwise: 'drop' },
  ];
}

/** Goes on at `then` when one of the addresses stands at `at`, and drops otherwise. `name` keeps the labels apart. */
function oneOf(at: number, addresses: readonly Buffer[], then: string, name = `at ${at}`): Step[] {
  const steps = addresses.flatMap((address, index): Step[] => {
    const next = index === addresses.length - 1 ? 'drop' : `${name} next ${index}`;
    const words = Array.from({ length: address.length / 4 }, (_, word): Step[] => [
      { load: LOAD_WORD, at: at + 4 * word },
      {
        equals: address.readUInt32BE(4 * word),
        otherwise: next,
        ...(word === address.length / 4 - 1 ? { then } : {}),
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
    ...HIDING_HEADERS.map((type): Step => ({ equals: type, then: 'drop' })),
    { equals: HOP_BY_HOP, then: 'hop by hop' },
    { equals: ICMPV6, otherwise: 'pass' },
    { load: LOAD_BYTE, at: ICMPV6_TYPE },
    { equals: ROUTER_ADVERTISEMENT, then: 'drop' },
    { equals: REDIRECT, then: 'drop' },
    { equals: NEIGHBOUR_ADVERTISEMENT, otherwise: 'pass' },
    ...oneOf(ADVERTISED_ADDRESS, own6, 'pass', 'advertised'),
    { label: 'hop by hop' },
    { load: LOAD_HALF, at: ICMPV6_TYPE },
    { equals: ICMPV6 << 8, otherwise: 'drop' },
    { load: LOAD_BYTE, at: ICMPV6_TYPE + 8 },
    ...LISTENER_MESSAGES.map(
      (type, index): Step => ({
        equals: type,
        then: 'pass',
        ...(index === LISTENER_MESSAGES.length - 1 ? { otherwise: 'drop' } : {}),
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
      if ('outcome' in step) return instruction(RETURN, 0, 0, step.outcome === 'pass' ? TC_ACT_UNSPEC : TC_ACT_SHOT);
      return instruction(JUMP_IF_EQUAL, distance(at, step.then), distance(at, step.otherwise), step.equals);
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
