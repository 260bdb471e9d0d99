import { runChild } from '../../sys/child.ts';
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

/** Undefined when forwarded packets pass by default. Single rules that drop are not looked for. */
export async function findForwardDrop(): Promise<ForwardDrop | undefined> {
  const { stdout } = await runChild('nft', ['-j', 'list', 'chains']);
  return forwardDropIn(stdout);
}

export function forwardDropIn(json: string): ForwardDrop | undefined {
  const { nftables } = JSON.parse(json) as { nftables: readonly { chain?: NftChain }[] };
  const chains = nftables.flatMap(({ chain }) => chain ?? []).filter(({ family }) => ['ip', 'inet'].includes(family));
  const drops = chains.filter(({ hook, policy }) => hook === 'forward' && policy === 'drop');
  const isPassable = (drop: NftChain): boolean =>
    chains.some(({ family, table, name }) => family === drop.family && table === drop.table && name === DOCKER_USER);
  const drop = drops.find((candidate) => !isPassable(candidate)) ?? drops[0];
  if (drop === undefined) return undefined;
  return { chain: `${drop.family} ${drop.table} ${drop.name}`, hasDockerUser: isPassable(drop) };
}
