import { isEngineError } from '../errors/engine-error.ts';
import { runChild } from '../sys/child.ts';

/** The chain that dockerd leaves to its users: rules in it come before its own, and it never changes them. */
const DOCKER_USER = 'DOCKER-USER';

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
  const drop = chains.find(({ hook, policy }) => hook === 'forward' && policy === 'drop');
  if (drop === undefined) return undefined;
  const isUserChain = ({ family, table, name }: NftChain): boolean =>
    family === drop.family && table === drop.table && name === DOCKER_USER;
  return { chain: `${drop.family} ${drop.table} ${drop.name}`, hasDockerUser: chains.some(isUserChain) };
}

function rulesOf(bridge: string): string[][] {
  return [
    ['-i', bridge, '-j', 'ACCEPT'],
    ['-o', bridge, '-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED', '-j', 'ACCEPT'],
    ['-o', bridge, '-m', 'conntrack', '--ctstate', 'DNAT', '-j', 'ACCEPT'],
  ];
}

/** Lets the bridge's traffic through dockerd's FORWARD chain. Idempotent; our own table goes on guarding the bridge. */
export async function acceptInDockerUser(bridge: string): Promise<void> {
  await leaveDockerUser(bridge);
  for (const rule of rulesOf(bridge)) await iptables('-I', ...rule);
}

/** Takes out every rule that names the bridge. Idempotent, also where neither the chain nor iptables is there. */
export async function leaveDockerUser(bridge: string): Promise<void> {
  for (const rule of await rulesNaming(bridge)) await iptables('-D', ...rule);
}

async function rulesNaming(bridge: string): Promise<string[][]> {
  const listing = await iptables('-S').catch((error: unknown) => {
    if (isEngineError(error, 'internal')) return '';
    throw error;
  });
  const rules = listing.split('\n').map((line) => line.split(' '));
  return rules.filter((words) => words[0] === '-A' && words.includes(bridge)).map((words) => words.slice(2));
}

async function iptables(operation: '-I' | '-D' | '-S', ...rule: readonly string[]): Promise<string> {
  const { stdout } = await runChild('iptables', ['--wait', operation, DOCKER_USER, ...rule]);
  return stdout;
}
