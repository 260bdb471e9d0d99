import { isEngineError } from '../../errors/engine-error.ts';
import { runChild } from '../../sys/processes/child.ts';

/** The chain that dockerd leaves to its users: rules in it come before its own, and it never changes them. */
export const DOCKER_USER = 'DOCKER-USER';

/**
 * The mark of packets that this daemon's table lets through, for as long as they are forwarded. One rule with it does
 * for all bridges, also those to come. The bit is none that Kubernetes, Docker's swarm or usual VPNs use.
 */
export const FORWARDED_MARK = '0x08000000';

const PROGRAMS = ['iptables', 'ip6tables'] as const;
type Program = (typeof PROGRAMS)[number];

/** The rule of a daemon, told from other daemons' by its comment. */
function ruleOf(table: string): string[] {
  const mark = `${FORWARDED_MARK}/${FORWARDED_MARK}`;
  return ['-m', 'mark', '--mark', mark, '-m', 'comment', '--comment', `${table} lets it through`, '-j', 'ACCEPT'];
}

/** For which families dockerd has its chain here, and whether our rule is in it. */
export async function hasDockerUser(): Promise<ReadonlyMap<Program, string>> {
  const found = await Promise.all(
    PROGRAMS.map(async (program): Promise<[Program, string]> => [program, await listing(program)]),
  );
  return new Map(found.filter(([, rules]) => rules !== ''));
}

/** Empty where neither the chain nor the program is there. */
async function listing(program: Program): Promise<string> {
  try {
    return await iptables(program, '-S');
  } catch (error) {
    if (isEngineError(error, 'internal')) return '';
    throw error;
  }
}

/** Lets what the table marks through dockerd's FORWARD chain, whatever its policy is or will be. Idempotent. */
export async function acceptInDockerUser(table: string, chains: ReadonlyMap<Program, string>): Promise<void> {
  for (const [program, rules] of chains) {
    if (!isIn(rules, table)) await iptables(program, '-I', ...ruleOf(table));
  }
}

/** Idempotent. */
export async function leaveDockerUser(table: string): Promise<void> {
  for (const [program, rules] of await hasDockerUser()) {
    if (isIn(rules, table)) await iptables(program, '-D', ...ruleOf(table));
  }
}

function isIn(rules: string, table: string): boolean {
  return rules.includes(`"${table} lets it through"`);
}

async function iptables(program: Program, operation: '-I' | '-D' | '-S', ...rule: readonly string[]): Promise<string> {
  const { stdout } = await runChild(program, ['--wait', operation, DOCKER_USER, ...rule]);
  return stdout;
}
