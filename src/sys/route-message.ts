import { endianness } from 'node:os';

/** One rtnetlink request, and what it is called in an error. */
export interface RouteMessage {
  readonly what: string;
  readonly type: number;
  readonly flags: number;
  /** Everything after the message's header: the fixed part and the attributes. */
  readonly body: Buffer;
}

// linux/rtnetlink.h, linux/netlink.h, linux/if_link.h, linux/if_addr.h, linux/veth.h
const RTM = { NEWLINK: 16, DELLINK: 17, NEWADDR: 20, NEWROUTE: 24 } as const;
const NLM_F = { REQUEST: 0x1, ACK: 0x4, EXCLUSIVE: 0x200, CREATE: 0x400 } as const;
const IFLA = { ADDRESS: 1, IFNAME: 3, MTU: 4, MASTER: 10, LINKINFO: 18, NET_NS_FD: 28 } as const;
const IFLA_INFO = { KIND: 1, DATA: 2 } as const;
const VETH_INFO_PEER = 1;
const IFA = { ADDRESS: 1, LOCAL: 2, BROADCAST: 4 } as const;
const RTA = { OIF: 4, GATEWAY: 5 } as const;
const NLA_F_NESTED = 0x8000;
const IFF_UP = 1;
const AF_INET = 2;
const RT_TABLE_MAIN = 254;
const RTPROT_BOOT = 3;
const RTN_UNICAST = 1;
const HEADER_BYTES = 16;
const ACKNOWLEDGEMENT = 2;

// Netlink speaks the host's byte order, and Node runs on little-endian Linux only (x64, arm64).
if (endianness() !== 'LE') throw new Error('route messages are written for little-endian machines');

function aligned(length: number): number {
  return (length + 3) & ~3;
}

function attribute(type: number, ...values: readonly Buffer[]): Buffer {
  const length = 4 + values.reduce((sum, value) => sum + value.length, 0);
  const header = Buffer.alloc(4);
  header.writeUInt16LE(length, 0);
  header.writeUInt16LE(type, 2);
  return Buffer.concat([header, ...values], aligned(length));
}

function nested(type: number, ...attributes: readonly Buffer[]): Buffer {
  return attribute(type | NLA_F_NESTED, ...attributes);
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

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

/** One datagram of all messages, numbered from 1; the kernel carries them out in order. */
export function encodeMessages(messages: readonly RouteMessage[]): Buffer {
  return Buffer.concat(
    messages.map(({ type, flags, body }, index) => {
      const header = Buffer.alloc(HEADER_BYTES);
      header.writeUInt32LE(HEADER_BYTES + body.length, 0);
      header.writeUInt16LE(type, 4);
      header.writeUInt16LE(flags, 6);
      header.writeUInt32LE(index + 1, 8);
      return Buffer.concat([header, body], aligned(HEADER_BYTES + body.length));
    }),
  );
}

/** The acknowledgements in a datagram from the kernel: a message's number, and the errno that it ended with, or 0. */
export function decodeAcknowledgements(datagram: Buffer): { sequence: number; errno: number }[] {
  const found: { sequence: number; errno: number }[] = [];
  for (let offset = 0; offset + HEADER_BYTES + 4 <= datagram.length; ) {
    const length = datagram.readUInt32LE(offset);
    if (length < HEADER_BYTES) break;
    if (datagram.readUInt16LE(offset + 4) === ACKNOWLEDGEMENT) {
      const sequence = datagram.readUInt32LE(offset + 8);
      found.push({ sequence, errno: Math.abs(datagram.readInt32LE(offset + HEADER_BYTES)) });
    }
    offset += aligned(length);
  }
  return found;
}
