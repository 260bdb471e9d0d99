import { familyOf } from '../../lib/ip.ts';
import type { TranslatorAddresses } from '../ports/address-translator.ts';
import {
  elementText,
  isOnLoopback,
  keyText,
  loopbackSet,
  PORT_MAPS,
  type PortElement,
  type PortMap,
  screeningSet,
} from '../ports/port-elements.ts';
import { FORWARDED_MARK } from './docker-user.ts';

/** What the rules need to know of a network with a bridge. */
export interface BridgedNetwork {
  readonly name: string;
  readonly bridge: string;
  /** In CIDR form, of both families. */
  readonly subnets: readonly string[];
  /** Whether its containers reach each other. */
  readonly icc: boolean;
  /** Whether they reach nothing else, and nothing else them. */
  readonly internal: boolean;
  /** Whether packets that leave the host have its address as their source. */
  readonly masquerade: boolean;
}

export interface TableContent {
  /** Whether the host's rules for what comes in decide about published ports, too. */
  readonly screens: boolean;
  readonly translator: TranslatorAddresses;
  /** Links that the host's own way out leads through. */
  readonly uplinks: readonly string[];
  readonly networks: readonly BridgedNetwork[];
  readonly ports: readonly PortElement[];
}

/**
 * The daemon's one table, as nft's language has it. Networks and ports are elements of sets and maps: there is no rule
 * for each. Base chains accept by default, so that it takes part in the traffic of its own bridges only. Into a bridge
 * go answers, what was redirected to a container, and what comes from the same bridge; the rest of the world, other
 * bridges among it, does not reach containers by their addresses.
 */
export function renderTable(table: string, content: TableContent): string {
  return `${droppedTable(table)}table inet ${table} {
${[...sets(content), ...maps(content.ports), ...loopbackSets(content.ports), ...(content.screens ? screening(content.ports) : [])].join('\n')}
${chains(content)}
}
`;
}

/** As if it had never been there. Versions before this one had it in another family. */
export function droppedTable(table: string): string {
  return ['inet', 'ip'].map((family) => `table ${family} ${table}\ndelete table ${family} ${table}\n`).join('');
}

function sets({ networks, uplinks, translator }: TableContent): string[] {
  const open = networks.filter(({ internal }) => !internal);
  return [
    set('bridges', 'ifname', [...networks.map(bridgeText), `"${translator.link}"`]),
    set('internal', 'ifname', networks.filter(({ internal }) => internal).map(bridgeText)),
    set(
      'same_bridge',
      'ifname . ifname',
      networks.filter(({ icc }) => icc).map((network) => `${bridgeText(network)} . ${bridgeText(network)}`),
    ),
    set(
      'uplinks',
      'ifname',
      uplinks.map((name) => `"${name}"`),
    ),
    ...([4, 6] as const).flatMap((family) => [
      subnetSet(`subnets${family}`, family, networks),
      subnetSet(
        `masquerade${family}`,
        family,
        open.filter(({ masquerade }) => masquerade),
      ),
    ]),
  ];
}

function bridgeText({ bridge }: BridgedNetwork): string {
  return `"${bridge}"`;
}

function subnetSet(name: string, family: 4 | 6, networks: readonly BridgedNetwork[]): string {
  const subnets = networks.flatMap((network) => network.subnets.filter((subnet) => familyOf(subnet) === family));
  return set(name, `ipv${family}_addr; flags interval`, subnets);
}

function maps(ports: readonly PortElement[]): string[] {
  return Object.entries(PORT_MAPS).map(([name, type]) => {
    const elements = ports.filter(({ map }) => map === (name as PortMap)).map(elementText);
    return `  map ${name} {\n    type ${type}${elementLines(elements)}\n  }`;
  });
}

function loopbackSets(ports: readonly PortElement[]): string[] {
  return twinSets(
    loopbackSet,
    ports.filter(({ hostAddress }) => isOnLoopback(hostAddress)),
  );
}

/** Sets with the keys of the maps. */
function twinSets(nameOf: (map: PortMap) => string, ports: readonly PortElement[]): string[] {
  return (Object.entries(PORT_MAPS) as [PortMap, string][]).map(([map, type]) =>
    set(nameOf(map), type.replace(/ : .*/, ''), ports.filter((port) => port.map === map).map(keyText)),
  );
}

/**
 * Redirected packets never meet the host's rules for what comes in. Where these drop by default, the first packet of a
 * client to a port is let go there: what comes through is remembered and dropped, so that the client sends it again,
 * a second later, and is redirected from then on.
 */
function screening(ports: readonly PortElement[]): string[] {
  const admitted = ([4, 6] as const).map(
    (family) => `  set admitted${family} {
    type ipv${family}_addr . inet_proto . inet_service
    size 65535
    flags dynamic,timeout
    timeout 5m
  }`,
  );
  return [...twinSets(screeningSet, ports), ...admitted];
}

const SCREENING_CHAINS = `
  chain admit {
    add @admitted4 { ip saddr . meta l4proto . th dport } drop
    add @admitted6 { ip6 saddr . meta l4proto . th dport } drop
  }
  chain screen {
    type filter hook input priority 1000; policy accept;
    iifname "lo" accept
    iifname @bridges accept
    meta nfproto ipv4 ct state new meta l4proto . th dport @screened4 jump admit
    meta nfproto ipv4 ct state new ip daddr . meta l4proto . th dport @screened_at4 jump admit
    meta nfproto ipv6 ct state new meta l4proto . th dport @screened6 jump admit
    meta nfproto ipv6 ct state new ip6 daddr . meta l4proto . th dport @screened_at6 jump admit
  }
  chain screened {
    iifname @bridges jump publish
    ip saddr . meta l4proto . th dport @admitted4 jump publish comment "the host's own rules let them in"
    ip6 saddr . meta l4proto . th dport @admitted6 jump publish
  }`;

function set(name: string, type: string, elements: readonly string[]): string {
  return `  set ${name} {\n    type ${type}${elementLines(elements)}\n  }`;
}

/** nft has no word for an empty list of elements. */
function elementLines(items: readonly string[]): string {
  return items.length === 0 ? '' : `\n    elements = { ${items.join(', ')} }`;
}

const MARK = `meta mark set meta mark or ${FORWARDED_MARK}`;

/** Before iptables' chains, in which dockerd asks for our mark. */
function chains({ screens, translator }: TableContent): string {
  const { link, ipv4, ipv6, neighbour } = translator;
  return `  chain guard {
    type filter hook prerouting priority raw; policy accept;
    iifname @bridges ip daddr 127.0.0.0/8 drop comment "what listens on the host's loopback is not for containers"
    iifname @bridges ip saddr 127.0.0.0/8 drop
  }
  chain loopback {
    type filter hook output priority raw; policy accept;
    ip saddr 127.0.0.1 ip daddr 127.0.0.0/8 meta l4proto . th dport @loopback4 ip saddr set ${neighbour} comment "loopback cannot leave"
    ip saddr 127.0.0.1 ip daddr . meta l4proto . th dport @loopback_at4 ip saddr set ${neighbour}
    ip6 saddr ::1 ip6 daddr ::1 meta l4proto . th dport @loopback6 ip6 saddr set ${ipv6}
    ip6 saddr ::1 ip6 daddr . meta l4proto . th dport @loopback_at6 ip6 saddr set ${ipv6}
  }
  chain loopback_answers {
    type filter hook input priority 150; policy accept;
    iifname @bridges ip saddr 127.0.0.0/8 ip daddr ${neighbour} ip daddr set 127.0.0.1
    iifname @bridges ip6 saddr ::1 ip6 daddr ${ipv6} ip6 daddr set ::1
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    ip daddr 127.0.0.0/8 return comment "a port on loopback is for this host alone"
    fib daddr type local jump ${screens ? 'screened' : 'publish'}
  }
  chain output {
    type nat hook output priority -100; policy accept;
    fib daddr type local jump publish
  }
  chain publish {
    meta nfproto ipv4 dnat ip to ip daddr . meta l4proto . th dport map @published_at4
    meta nfproto ipv4 dnat ip to meta l4proto . th dport map @published4
    meta nfproto ipv6 dnat ip6 to ip6 daddr . meta l4proto . th dport map @published_at6
    meta nfproto ipv6 dnat ip6 to meta l4proto . th dport map @published6
  }${screens ? SCREENING_CHAINS : ''}
  chain forward {
    type filter hook forward priority filter - 5; policy accept;
    iifname . oifname @same_bridge ${MARK} accept comment "between containers of a network"
    iifname "${link}" oifname @bridges ${MARK} accept comment "IPv6 to published ports, as IPv4"
    iifname @internal drop comment "an internal network has no way out"
    oifname @internal drop comment "and none in"
    oifname @bridges ct state established,related ${MARK} accept comment "answers"
    oifname @bridges ct status dnat ${MARK} accept comment "published ports"
    oifname @bridges drop comment "nothing else reaches a container from outside"
    iifname @bridges jump leaving
  }
  chain leaving {
    oifname @uplinks ${MARK} return comment "out of this host"
    meta oifkind "bridge" return comment "others' containers are others' to open"
    ${MARK} comment "out of a network"
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    oifname != @bridges ip saddr @masquerade4 masquerade comment "leave as the host"
    oifname != @bridges ip6 saddr @masquerade6 masquerade
    oifname "${link}" meta nfproto ipv6 snat ip6 to ${ipv6}
    oifname @bridges ip saddr { ${neighbour}, ${ipv4} } masquerade comment "from this host's loopback, and over IPv6"
    oifname @bridges ct status dnat ip saddr @subnets4 masquerade comment "from a container, by the host's address"
    oifname @bridges ct status dnat ip6 saddr @subnets6 masquerade
  }`;
}
