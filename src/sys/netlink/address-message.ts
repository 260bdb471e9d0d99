import { addressBytes, type Family, familyOf } from '../../lib/ip.ts';
import { message, NLM_F, RTM } from './link-header.ts';
import { attribute, type RouteMessage, u32 } from './netlink.ts';

// linux/if_addr.h, linux/rtnetlink.h
const IFA = { ADDRESS: 1, LOCAL: 2, BROADCAST: 4 } as const;
const RTA = { OIF: 4, GATEWAY: 5 } as const;
const ADDRESS_FAMILIES: Readonly<Record<Family, number>> = { 4: 2, 6: 10 };
const IFA_F_NODAD = 2;
const RT_TABLE_MAIN = 254;
const RTPROT_BOOT = 3;
const RTN_UNICAST = 1;

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
