import { IFLA, IFLA_INFO, linkHeader, macBytes, message, NLM_F, RTM } from './link-header.ts';
import { attribute, nested, type RouteMessage, text, u32 } from './netlink.ts';

// linux/if_link.h
const IFLA_MACVLAN_MODE = 1;
const MODES = { private: 1, vepa: 2, bridge: 4, passthru: 8 } as const;

export type MacvlanMode = keyof typeof MODES;
export const MACVLAN_MODES = Object.keys(MODES) as readonly MacvlanMode[];

/** A link with an address of its own on another link of the host; down, and born in the namespace if one is given. */
export function createMacvlan(link: {
  readonly name: string;
  readonly parentIndex: number;
  readonly mode: MacvlanMode;
  readonly mac?: string;
  readonly mtu?: number;
  readonly namespaceFd?: number;
}): RouteMessage {
  const { name, parentIndex, mode, mac, mtu, namespaceFd } = link;
  return message(
    `create macvlan ${name}`,
    RTM.NEWLINK,
    NLM_F.CREATE | NLM_F.EXCLUSIVE,
    linkHeader(),
    attribute(IFLA.IFNAME, text(name)),
    attribute(IFLA.LINK, u32(parentIndex)),
    ...(mac === undefined ? [] : [attribute(IFLA.ADDRESS, macBytes(mac))]),
    ...(mtu === undefined ? [] : [attribute(IFLA.MTU, u32(mtu))]),
    ...(namespaceFd === undefined ? [] : [attribute(IFLA.NET_NS_FD, u32(namespaceFd))]),
    nested(
      IFLA.LINKINFO,
      attribute(IFLA_INFO.KIND, text('macvlan')),
      nested(IFLA_INFO.DATA, attribute(IFLA_MACVLAN_MODE, u32(MODES[mode]))),
    ),
  );
}
