import { IFLA, IFLA_INFO, LINK_HEADER_BYTES, linkHeader, macBytes, message, NLM_F, RTM } from './link-header.ts';
import { attribute, nested, type RouteMessage, type RouteReply, readAttributes, text, u32 } from './netlink.ts';
import type { LinkInfo } from './route-netlink.ts';

const IFLA_BRPORT = { HAIRPIN: 4, ISOLATED: 33 } as const;
const VETH_INFO_PEER = 1;
const IFF_NOARP = 0x80;
const IF_OPER_UP = 6;
const RTEXT_FILTER_SKIP_STATS = 8;

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

/** Packets leave a link without anybody being asked for the MAC address of where they go. */
export function withoutNeighbours(name: string): RouteMessage {
  const header = linkHeader();
  header.writeUInt32LE(IFF_NOARP, 8);
  header.writeUInt32LE(IFF_NOARP, 12);
  return message(`ask for no neighbours on ${name}`, RTM.NEWLINK, 0, header, attribute(IFLA.IFNAME, text(name)));
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
