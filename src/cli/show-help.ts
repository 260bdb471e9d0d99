import { nearest } from '../lib/suggest.ts';
import { configFolder } from './config-file.ts';
import { CliError } from './errors.ts';
import { parseFlags } from './flags/parse.ts';
import { globalFlags } from './global-flags.ts';
import { commandHelp, groupHelp, type Row, topLevelHelp } from './help.ts';
import type { Invocation } from './invocation.ts';
import type { Registered } from './registered.ts';
import { commonCommands, groups, resolve } from './registry.ts';
import { orUsage } from './usage-error.ts';

const DEFAULT_WIDTH = 80;

/** The help of the command or group that the words name; without words, of the whole program. */
export async function showHelp(
  invocation: Invocation,
  words: readonly string[],
  index: ReadonlyMap<string, Registered>,
): Promise<number> {
  const { programName: program, io, env } = invocation;
  const width = io.stdout.columns ?? DEFAULT_WIDTH;
  if (words.length === 0) {
    const flags = globalFlags(configFolder('', env));
    await io.stdout.write(topLevelHelp(program, { ...sections(index), flags }, width));
    return 0;
  }
  const found = resolve(words, index);
  if (found !== undefined) {
    if (found.rest.length > 0) throw new CliError(`unknown help topic: ${found.rest.join(' ')}`);
    await io.stdout.write(commandHelp(program, found.path, found.entry, await found.entry.load(), width));
    return 0;
  }
  const group = groups.get(words[0] ?? '');
  if (group === undefined || words.length > 1) throw new CliError(`unknown help topic: ${words.join(' ')}`);
  await io.stdout.write(groupHelp(program, words[0] ?? '', group));
  return 0;
}

/** A group without a command shows its help; anything else is a mistake, for which the nearest command is suggested. */
export async function unknownCommand(
  invocation: Invocation,
  words: readonly string[],
  index: ReadonlyMap<string, Registered>,
): Promise<number> {
  const { programName: program } = invocation;
  const [first = '', second] = words;
  const group = groups.get(first);
  if (group === undefined) {
    // Where several are equally near, the first wins: the common ones lead.
    const single = [...index.keys()].filter((path) => !path.includes(' '));
    const topLevel = [...commonCommands.filter((name) => index.has(name)), ...single, ...groups.keys()];
    const hint = hintFor(nearest(first, topLevel), program);
    throw new CliError(
      `${program}: unknown command: ${program} ${first}\n${hint}\nRun '${program} --help' for more information`,
    );
  }
  const usage = [program, first, ...(group.argument === undefined ? [] : [group.argument])].join(' ');
  if (second?.startsWith('-')) orUsage(() => parseFlags(words.slice(1), {}, false), program, first, usage);
  if (second === undefined || second.startsWith('-')) return await showHelp(invocation, [first], index);
  const verbs = [...index.keys()]
    .filter((path) => path.startsWith(`${first} `))
    .map((path) => path.slice(first.length + 1));
  const verb = nearest(second, verbs);
  const hint = hintFor(verb === undefined ? undefined : `${first} ${verb}`, program);
  throw new CliError(
    `${program}: unknown command: ${program} ${first} ${second}\n${hint}\nUsage:  ${usage}\n\nRun '${program} ${first} --help' for more information`,
  );
}

function hintFor(suggestion: string | undefined, program: string): string {
  return suggestion === undefined ? '' : `\nDid you mean '${program} ${suggestion}'?\n`;
}

function sections(index: ReadonlyMap<string, Registered>): { common: Row[]; management: Row[]; other: Row[] } {
  const row = (name: string): Row => ({ name, summary: index.get(name)?.summary ?? '' });
  const single = [...index.keys()].filter((path) => !path.includes(' '));
  return {
    common: commonCommands.filter((name) => index.has(name)).map(row),
    management: [...groups]
      .filter(([, group]) => group.entries.length > 0)
      .map(([name, group]) => ({ name, summary: group.summary })),
    other: single
      .filter((name) => !commonCommands.includes(name))
      .sort()
      .map(row),
  };
}
