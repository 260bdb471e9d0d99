import { isEngineError } from '../../errors/engine-error.ts';
import { hasLegacyFilter } from '../../sys/nf-tables/legacy-filter.ts';
import { runChild } from '../../sys/processes/child.ts';
import { DOCKER_USER } from './docker-user.ts';

/** A base chain whose policy drops what nobody accepts in that chain; no table of ours can make up for that. */
export interface ForwardDrop {
  /** Family, table and chain, as nft names them. */
  readonly chain: string;
  /** Whether dockerd is here, with the chain that lets us through. */
  readonly hasDockerUser: boolean;
}

interface NftChain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly hook?: string;
  readonly policy?: string;
}

/** What of the host's own firewall the daemon's rules must know. */
export interface HostPolicies {
  /** Undefined when forwarded packets pass by default. Single rules that drop are not looked for. */
  readonly forwardDrop: ForwardDrop | undefined;
  /** Whether packets to this host are dropped unless a rule lets them in. */
  readonly inputDrops: boolean;
}

export async function readHostPolicies(): Promise<HostPolicies> {
  const [{ stdout }, legacy] = await Promise.all([runChild('nft', ['-j', 'list', 'chains']), legacyPolicies()]);
  return policiesIn(stdout, legacy);
}

/** `-P INPUT DROP` and its like, of the older iptables, whose rules nft does not see; empty where it has none. */
async function legacyPolicies(): Promise<string> {
  if (!hasLegacyFilter()) return '';
  try {
    return (await runChild('iptables-legacy', ['--wait', '-S'])).stdout;
  } catch (error) {
    // Rules of a program that is not installed any more.
    if (isEngineError(error, 'internal')) return '';
    throw error;
  }
}

export function policiesIn(json: string, legacy = ''): HostPolicies {
  const { nftables } = JSON.parse(json) as { nftables: readonly { chain?: NftChain }[] };
  const chains = nftables
    .flatMap(({ chain }) => chain ?? [])
    .filter(({ family }) => ['ip', 'ip6', 'inet'].includes(family));
  const dropping = (hook: string) => chains.filter((chain) => chain.hook === hook && chain.policy === 'drop');
  return {
    forwardDrop: forwardDropOf(chains, dropping('forward'), legacy),
    inputDrops: dropping('input').length > 0 || /^-P INPUT DROP$/m.test(legacy),
  };
}

function forwardDropOf(
  chains: readonly NftChain[],
  drops: readonly NftChain[],
  legacy: string,
): ForwardDrop | undefined {
  const isPassable = (drop: NftChain): boolean =>
    chains.some(({ family, table, name }) => family === drop.family && table === drop.table && name === DOCKER_USER);
  const drop = drops.find((candidate) => !isPassable(candidate)) ?? drops[0];
  if (drop !== undefined) {
    return { chain: `${drop.family} ${drop.table} ${drop.name}`, hasDockerUser: isPassable(drop) };
  }
  if (!/^-P FORWARD DROP$/m.test(legacy)) return undefined;
  return { chain: 'FORWARD of iptables-legacy', hasDockerUser: legacy.includes(`-N ${DOCKER_USER}`) };
}
