/** How many arguments a command takes. Answers docker's complaint, or nothing when the count is right. */
export type ArgumentRule = (count: number) => Complaint | undefined;

export interface Complaint {
  readonly text: string;
  /** docker points to the help with different words for different rules. */
  readonly pointer: 'Run' | 'See' | 'SRun';
}

export const noArguments: ArgumentRule = (count) =>
  count === 0 ? undefined : { text: 'accepts no arguments', pointer: 'Run' };

export function exactly(wanted: number): ArgumentRule {
  return (count) => (count === wanted ? undefined : { text: `requires ${wanted} ${plural(wanted)}`, pointer: 'Run' });
}

export function atLeast(least: number): ArgumentRule {
  return (count) =>
    count >= least ? undefined : { text: `requires at least ${least} ${plural(least)}`, pointer: 'See' };
}

/** The pointer's misspelling is docker's own. */
export function atMost(most: number): ArgumentRule {
  return (count) => (count <= most ? undefined : { text: `requires at most ${most} ${plural(most)}`, pointer: 'SRun' });
}

function plural(count: number): string {
  return count === 1 ? 'argument' : 'arguments';
}
