import type { RouteMessage } from './netlink.ts';

// linux/rtnetlink.h, linux/if.h, linux/if_link.h, linux/if_addr.h, linux/veth.h
export const RTM = { NEWLINK: 16, DELLINK: 17, GETLINK: 18, NEWADDR: 20, NEWROUTE: 24 } as const;
export const NLM_F = { REQUEST: 0x1, ACK: 0x4, DUMP: 0x300, REPLACE: 0x100, EXCLUSIVE: 0x200, CREATE: 0x400 } as const;
export const IFLA = {
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
export const IFLA_INFO = { KIND: 1, DATA: 2, SLAVE_KIND: 4, SLAVE_DATA: 5 } as const;
const IFF_UP = 1;
export const LINK_HEADER_BYTES = 16;

export function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}

/** struct ifinfomsg */
export function linkHeader(options: { index?: number; up?: boolean } = {}): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeInt32LE(options.index ?? 0, 4);
  if (options.up === true) {
    bytes.writeUInt32LE(IFF_UP, 8);
    bytes.writeUInt32LE(IFF_UP, 12);
  }
  return bytes;
}

/** One request, which is acknowledged. */
export function message(what: string, type: number, flags: number, ...parts: readonly Buffer[]): RouteMessage {
  return { what, type, flags: NLM_F.REQUEST | NLM_F.ACK | flags, body: Buffer.concat(parts) };
}
