import { attribute, nested, type RouteMessage, type RouteReply, readAttributes, text, u32 } from './netlink.ts';

// linux/rtnetlink.h, linux/if.h, linux/if_link.h, linux/if_addr.h, linux/veth.h
const RTM = { NEWLINK: 16, DELLINK: 17, GETLINK: 18, NEWADDR: 20, NEWROUTE: 24 } as const;
const NLM_F = { REQUEST: 0x1, ACK: 0x4, EXCLUSIVE: 0x200, CREATE: 0x400 } as const;
const IFLA = {
  ADDRESS: 1,
  IFNAME: 3,
  MTU: 4,
  MASTER: 10,
  OPERSTATE: 16,
  LINKINFO: 18,
  NET_NS_FD: 28,
  EXT_MASK: 29,
} as const;
const IFLA_INFO = { KIND: 1, DATA: 2, SLAVE_KIND: 4, SLAVE_DATA: 5 } as const;
const IFLA_BRPORT_ISOLATED = 33;
const VETH_INFO_PEER = 1;
const IFA = { ADDRESS: 1, LOCAL: 2, BROADCAST: 4 } as const;
const RTA = { OIF: 4, GATEWAY: 5 } as const;
const IFF_UP = 1;
const IF_OPER_UP = 6;
const RTEXT_FILTER_SKIP_STATS = 8;
const LINK_HEADER_BYTES = 16;
const AF_INET = 2;
const RT_TABLE_MAIN = 254;
const RTPROT_BOOT = 3;
const RTN_UNICAST = 1;

function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}

function addressBytes(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
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
  return message(
    `isolate ${name}`,
    RTM.NEWLINK,
    0,
    linkHeader(),
    attribute(IFLA.IFNAME, text(name)),
    nested(
      IFLA.LINKINFO,
      attribute(IFLA_INFO.SLAVE_KIND, text('bridge')),
      nested(IFLA_INFO.SLAVE_DATA, attribute(IFLA_BRPORT_ISOLATED, Buffer.from([1]))),
    ),
  );
}

export function deleteLink(name: string): RouteMessage {
  return message(`delete link ${name}`, RTM.DELLINK, 0, linkHeader(), attribute(IFLA.IFNAME, text(name)));
}

export function addAddress(options: {
  linkIndex: number;
  address: string;
  broadcast: string;
  prefixLength: number;
}): RouteMessage {
  const header = Buffer.from([AF_INET, options.prefixLength, 0, 0]);
  return message(
    `add address ${options.address}/${options.prefixLength}`,
    RTM.NEWADDR,
    NLM_F.CREATE | NLM_F.EXCLUSIVE,
    header,
    u32(options.linkIndex),
    attribute(IFA.LOCAL, addressBytes(options.address)),
    attribute(IFA.ADDRESS, addressBytes(options.address)),
    attribute(IFA.BROADCAST, addressBytes(options.broadcast)),
  );
}

export function addDefaultRoute(options: { linkIndex: number; gateway: string }): RouteMessage {
  const header = Buffer.from([AF_INET, 0, 0, 0, RT_TABLE_MAIN, RTPROT_BOOT, 0, RTN_UNICAST, 0, 0, 0, 0]);
  return message(
    `add default route through ${options.gateway}`,
    RTM.NEWROUTE,
    NLM_F.CREATE | NLM_F.EXCLUSIVE,
    header,
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
