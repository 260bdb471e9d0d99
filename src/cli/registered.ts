import type { Command } from './command.ts';

/** A command that can be called, known without loading it. */
export interface Registered {
  /** The command's names, as its help lists them: the first is its place in the tree, the others mean the same. */
  readonly paths: readonly [string, ...string[]];
  readonly summary: string;
  load(): Promise<Command>;
}

export interface Group {
  readonly summary: string;
  /** What docker's usage line has behind the group's name after a mistake; mostly nothing. */
  readonly argument?: string;
  readonly entries: readonly Registered[];
}

export function entry(
  paths: readonly [string, ...string[]],
  summary: string,
  load: () => Promise<{ command: Command }>,
): Registered {
  return { paths, summary, load: async () => (await load()).command };
}
