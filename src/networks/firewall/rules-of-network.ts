import { contains, isAddress, parseAddress, parseCidr } from '../../lib/ip.ts';
import type { EndpointRecord } from '../../state/networks.ts';
import { runChild } from '../../sys/processes/child.ts';
import { vethName } from '../names.ts';
import type { BridgedNetwork } from './table.ts';

const NO_RULES = '# no rules: the host forwards nothing for this network\n';

/** What `nft list table` writes about the daemon's table. */
export async function listTable(table: string): Promise<string> {
  const { stdout } = await runChild('nft', ['list', 'table', 'inet', table]);
  return stdout;
}

/**
 * The rules of one network, for people, out of the listing of the whole table: of every set and map the elements that
 * are the network's, the chains as they are, and what its containers may send. `network` is undefined for one without a
 * bridge.
 */
export function rulesOfNetwork(
  listing: string,
  network: BridgedNetwork | undefined,
  endpoints: readonly EndpointRecord[],
  translated: (ipv4Address: string) => string,
): string {
  if (network === undefined) return NO_RULES;
  const own = ownElement(network, listing, endpoints, translated);
  const [head = '', ...blocks] = listing.replace(/\}\n*$/, '').split(/\n\n?(?=\t(?:set|map|chain) )/);
  const shown = blocks.flatMap((block) => {
    const [, kind, name = ''] = /^\t(set|map|chain) (\S+)/.exec(block) ?? [];
    return kind === 'chain' ? [block.trimEnd()] : withElements(block.trimEnd(), (element) => own(name, element));
  });
  return [`${head} # what concerns the network ${network.name}`, ...shown, '}', ...endpoints.map(sourceLine), ''].join(
    '\n',
  );
}

type OwnElement = (set: string, element: string) => boolean;

function ownElement(
  { bridge, subnets }: BridgedNetwork,
  listing: string,
  endpoints: readonly EndpointRecord[],
  translated: (ipv4Address: string) => string,
): OwnElement {
  const ranges = subnets.map((subnet) => parseCidr(subnet).subnet);
  const translations = new Set(endpoints.map(({ ipv4Address }) => (ipv4Address === '' ? '' : translated(ipv4Address))));
  const leadsHere = (element: string): boolean => {
    const address = / : (\S+) \. /.exec(element)?.[1] ?? '';
    if (!isAddress(address)) return false;
    return translations.has(address) || ranges.some((range) => contains(range, parseAddress(address)));
  };
  const published = listing
    .split(/[,{}]/)
    .filter(leadsHere)
    .map((element) => element.replace(/ comment .*/s, '').trim());
  return (set, element) => {
    if (element.includes(`"${bridge}"`)) return true;
    if (/^(subnets|masquerade)/.test(set)) return subnets.includes(element);
    if (set.startsWith('published')) return leadsHere(element);
    return /^(loopback|screened)/.test(set) && published.includes(element);
  };
}

/** The block with those of its elements that are wanted; nothing without any. */
function withElements(block: string, isWanted: (element: string) => boolean): string[] {
  const [, before = '', elements = ''] = /^(.*)elements = \{(.*?)\}/s.exec(block) ?? [];
  const wanted = elements
    .split(',')
    .map((element) => element.trim().replace(/\s+/g, ' '))
    .filter(isWanted);
  return wanted.length === 0 ? [] : [`${before}elements = { ${wanted.join(', ')} }\n\t}`];
}

function sourceLine({
  endpointId,
  linkName,
  macAddress,
  ipv4Address,
  ipv6Address,
  containerId,
  ...more
}: EndpointRecord): string {
  const what = `# ${vethName(endpointId)} (${linkName} of ${containerId.slice(0, 12)})`;
  if (more.configuresNetwork === true) return `${what} sends from any address: the container may set up its network`;
  const addresses = [ipv4Address, ipv6Address, ...(more.settings.ipam?.linkLocalIps ?? [])].filter((one) => one !== '');
  return `${what} sends from ${[macAddress, ...addresses].join(', ')} only`;
}
