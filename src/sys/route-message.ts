import { addressBytes, type Family, familyOf } from '../lib/ip.ts';
import { attribute, nested, type RouteMessage, type RouteReply, readAttributes, text, u32 } from './netlink.ts';
import type { LinkInfo } from './route-netlink.ts';

// linux/rtnetlink.h, linux/if.h, linux/if_link.h, linux/if_addr.h, linux/veth.h
const RTM = { NEWLINK: 16, DELLINK: 17, GETLINK: 18, NEWADDR: 20, NEWROUTE: 24, DELROUTE: 25 } as const;
const NLM_F = { REQUEST: 0x1, ACK: 0x4, DUMP: 0x300, REPLACE: 0x100, EXCLUSIVE: 0x200, CREATE: 0x400 } as const;
const IFLA = {
  ADDRESS: 1,
  IFNAME: 3,
  MTU: 4,
  LINK: 5,
  MASTER: 10,
  OPERSTATE: 16,
  LINKINFO: 18,
  IFALIAS: 20,
  NET_NS_FD: 28,
  EXT_MASK: 29,
} as const;
const IFLA_INFO = { KIND: 1, DATA: 2, SLAVE_KIND: 4, SLAVE_DATA: 5 } as const;
const IFLA_BRPORT = { HAIRPIN: 4, ISOLATED: 33 } as const;
const VETH_INFO_PEER = 1;
const IFA = { ADDRESS: 1, LOCAL: 2, BROADCAST: 4 } as const;
const RTA = { OIF: 4, GATEWAY: 5 } as const;
const IFF_UP = 1;
const IF_OPER_UP = 6;
const RTEXT_FILTER_SKIP_STATS = 8;
const LINK_HEADER_BYTES = 16;
const ADDRESS_FAMILIES: Readonly<Record<Family, number>> = { 4: 2, 6: 10 };
const IFA_F_NODAD = 2;
const RT_TABLE_MAIN = 254;
const RTPROT_BOOT = 3;
const RTN_UNICAST = 1;

function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}

/** struct ifinfomsg */
function linkHeader(options: { index?: number; up?: boolean } = {}): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeInt32LE(options.index ?? 0, 4);
  if (options.up === true) {
    bytes.writeUInt32LE(IFF_UP, 8);
    bytes.writeUInt32LE(IFF_UP, 12);
  }
  return bytes;
}

function message(what: string, type: number, flags: number, ...parts: readonly Buffer[]): RouteMessage {
  return { what, type, flags: NLM_F.REQUEST | NLM_F.ACK | flags, body: Buffer.concat(parts) };
}

/** A bridge, up. Its MAC is fixed: otherwise it would change with the ports that come and go. */
export function createBridge(bridge: { name: string; mac: string; mtu: number }): RouteMessage {
  return message(
    `create bridge ${bridge.name}`,
    RTM.NEWLINK,
    NLM_F.CREATE | NLM_F.EXCLUSIVE,
    linkHeader({ up: true }),
    attribute(IFLA.IFNAME, text(bridge.name)),
    attribute(IFLA.ADDRESS, macBytes(bridge.mac)),
    attribute(IFLA.MTU, u32(bridge.mtu)),
    nested(IFLA.LINKINFO, attribute(IFLA_INFO.KIND, text('bridge'))),
  );
}

export interface VethPair {
  readonly name: string;
  readonly mtu: number;
  /** Index of the bridge that the host's end joins. */
  readonly masterIndex: number;
  readonly peerName: string;
  readonly peerMac: string;
  /** An open namespace file: the peer is born there and is never seen in the host's. */
  readonly peerNamespaceFd: number;
}

/** Both ends in one step, so that no crash can leave half of it: the host's end up and in the bridge, the peer down. */
export function createVethPair(pair: VethPair): RouteMessage {
  const peer = nested(
    VETH_INFO_PEER,
    linkHeader(),
    attribute(IFLA.IFNAME, text(pair.peerName)),
    attribute(IFLA.ADDRESS, macBytes(pair.peerMac)),
    attribute(IFLA.MTU, u32(pair.mtu)),
    attribute(IFLA.NET_NS_FD, u32(pair.peerNamespaceFd)),
  );
  return message(
    `create veth ${pair.name}`,
    RTM.NEWLINK,
    NLM_F.CREATE | NLM_F.EXCLUSIVE,
    linkHeader({ up: true }),
    attribute(IFLA.IFNAME, text(pair.name)),
    attribute(IFLA.MTU, u32(pair.mtu)),
    attribute(IFLA.MASTER, u32(pair.masterIndex)),
    nested(IFLA.LINKINFO, attribute(IFLA_INFO.KIND, text('veth')), nested(IFLA_INFO.DATA, peer)),
  );
}

export function setLinkUp(name: string): RouteMessage {
  return message(`bring up ${name}`, RTM.NEWLINK, 0, linkHeader({ up: true }), attribute(IFLA.IFNAME, text(name)));
}

/** Lets a port of a bridge reach the bridge itself and no other port that is isolated. */
export function isolatePort(name: string): RouteMessage {
  return switchOn(`isolate ${name}`, name, IFLA_BRPORT.ISOLATED);
}

/** Lets a bridge send a frame back out of the port that it came in by, when it is addressed so. */
export function hairpinPort(name: string): RouteMessage {
  return switchOn(`let ${name} lead back`, name, IFLA_BRPORT.HAIRPIN);
}

function switchOn(what: string, name: string, option: number): RouteMessage {
  return message(
    what,
    RTM.NEWLINK,
    0,
    linkHeader(),
    attribute(IFLA.IFNAME, text(name)),
    nested(
      IFLA.LINKINFO,
      attribute(IFLA_INFO.SLAVE_KIND, text('bridge')),
      nested(IFLA_INFO.SLAVE_DATA, attribute(option, Buffer.from([1]))),
    ),
  );
}

/** Says who made a link, to people and to a later start; it can be set only once the link is there. */
export function setAlias(name: string, alias: string): RouteMessage {
  return message(
    `say that ${name} belongs to ${alias}`,
    RTM.NEWLINK,
    0,
    linkHeader(),
    attribute(IFLA.IFNAME, text(name)),
    attribute(IFLA.IFALIAS, text(alias)),
  );
}

/** Plugs a link into a bridge, out of any other. */
export function setMaster(name: string, masterIndex: number): RouteMessage {
  return message(
    `plug ${name} into a bridge`,
    RTM.NEWLINK,
    0,
    linkHeader({ up: true }),
    attribute(IFLA.IFNAME, text(name)),
    attribute(IFLA.MASTER, u32(masterIndex)),
  );
}

export function deleteLink(name: string): RouteMessage {
  return message(`delete link ${name}`, RTM.DELLINK, 0, linkHeader(), attribute(IFLA.IFNAME, text(name)));
}

/** IPv6 addresses are used at once: whoever gives them out knows that nobody else has them. */
export function addAddress(options: {
  linkIndex: number;
  address: string;
  /** For IPv4 only. */
  broadcast?: string;
  prefixLength: number;
}): RouteMessage {
  const { address, broadcast, prefixLength, linkIndex } = options;
  const family = familyOf(address);
  const header = Buffer.from([ADDRESS_FAMILIES[family], prefixLength, family === 6 ? IFA_F_NODAD : 0, 0]);
  return message(
    `add address ${address}/${prefixLength}`,
    RTM.NEWADDR,
    NLM_F.CREATE | NLM_F.EXCLUSIVE,
    header,
    u32(linkIndex),
    attribute(IFA.LOCAL, addressBytes(address)),
    attribute(IFA.ADDRESS, addressBytes(address)),
    ...(broadcast === undefined ? [] : [attribute(IFA.BROADCAST, addressBytes(broadcast))]),
  );
}

function defaultRouteHeader(family: Family): Buffer {
  return Buffer.from([ADDRESS_FAMILIES[family], 0, 0, 0, RT_TABLE_MAIN, RTPROT_BOOT, 0, RTN_UNICAST, 0, 0, 0, 0]);
}

/** The way out, in place of another one if there is one. */
export function setDefaultRoute(options: { linkIndex: number; gateway: string }): RouteMessage {
  return message(
    `set default route through ${options.gateway}`,
    RTM.NEWROUTE,
    NLM_F.CREATE | NLM_F.REPLACE,
    defaultRouteHeader(familyOf(options.gateway)),
    attribute(RTA.GATEWAY, addressBytes(options.gateway)),
    attribute(RTA.OIF, u32(options.linkIndex)),
  );
}

/**
 * Asks for a link's state. Kernels from 6.9 on settle a change of its carrier first, which they put off otherwise, so
 * that the answer is true for the packets sent after it.
 */
export function getLink(name: string): RouteMessage {
  return message(
    `look at link ${name}`,
    RTM.GETLINK,
    0,
    linkHeader(),
    attribute(IFLA.IFNAME, text(name)),
    attribute(IFLA.EXT_MASK, u32(RTEXT_FILTER_SKIP_STATS)),
  );
}

/** What the answer to `getLink` says: whether the link carries packets both ways. Undefined for any other reply. */
export function isOperational(reply: RouteReply): boolean | undefined {
  if (reply.type !== RTM.NEWLINK) return undefined;
  return readAttributes(reply.body.subarray(LINK_HEADER_BYTES)).get(IFLA.OPERSTATE)?.readUInt8() === IF_OPER_UP;
}

/** Asks for all links of the namespace. */
export const listLinks: RouteMessage = {
  what: 'list links',
  type: RTM.GETLINK,
  flags: NLM_F.REQUEST | NLM_F.DUMP,
  body: Buffer.concat([linkHeader(), attribute(IFLA.EXT_MASK, u32(RTEXT_FILTER_SKIP_STATS))]),
};

/** One item of the answer to `listLinks`; undefined for any other reply. */
export function readLink(reply: RouteReply): LinkInfo | undefined {
  if (reply.type !== RTM.NEWLINK) return undefined;
  const attributes = readAttributes(reply.body.subarray(LINK_HEADER_BYTES));
  const textOf = (type: number, from = attributes): string =>
    from.get(type)?.toString('utf8').replace(/\0.*$/s, '') ?? '';
  return {
    name: textOf(IFLA.IFNAME),
    index: reply.body.readInt32LE(4),
    masterIndex: attributes.get(IFLA.MASTER)?.readUInt32LE() ?? 0,
    kind: textOf(IFLA_INFO.KIND, readAttributes(attributes.get(IFLA.LINKINFO) ?? Buffer.alloc(0))),
    alias: textOf(IFLA.IFALIAS),
  };
}
