import type { Command } from './command.ts';
import type { Flag, FlagSet } from './flags/flag.ts';
import type { Group, Registered } from './registered.ts';
import { wrap } from './wrap.ts';

/** The help of one command, in docker's layout. */
export function commandHelp(program: string, path: string, entry: Registered, command: Command, width: number): string {
  const parts = [`Usage:  ${usageLine(program, path, command)}`, command.description ?? entry.summary];
  if (entry.paths.length > 1) parts.push(`Aliases:\n  ${entry.paths.map((one) => `${program} ${one}`).join(', ')}`);
  const options = flagTable(program, command.flags, width);
  if (options !== '') parts.push(`Options:\n${options}`);
  return `${parts.join('\n\n')}\n`;
}

export function usageLine(program: string, path: string, command: Command): string {
  return [program, path, command.usage].filter((part) => part !== '').join(' ');
}

export function groupHelp(program: string, noun: string, group: Group): string {
  const rows = group.entries
    .map((entry) => ({ name: lastWord(entry.paths[0]), summary: entry.summary }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    `Usage:  ${program} ${noun} COMMAND`,
    group.summary,
    `Commands:\n${table(rows)}`,
    `Run '${program} ${noun} COMMAND --help' for more information on a command.\n`,
  ].join('\n\n');
}

export interface TopLevel {
  readonly common: readonly Row[];
  readonly management: readonly Row[];
  readonly other: readonly Row[];
  readonly flags: FlagSet;
}

export interface Row {
  readonly name: string;
  readonly summary: string;
}

export function topLevelHelp(program: string, top: TopLevel, width: number): string {
  return [
    `Usage:  ${program} [OPTIONS] COMMAND`,
    'A self-sufficient runtime for containers',
    `Common Commands:\n${table(top.common)}`,
    `Management Commands:\n${table(top.management)}`,
    `Commands:\n${table(top.other)}`,
    `Global Options:\n${flagTable(program, top.flags, width)}`,
    `Run '${program} COMMAND --help' for more information on a command.\n`,
  ].join('\n\n');
}

function table(rows: readonly Row[]): string {
  const column = Math.max(10, ...rows.map((row) => row.name.length));
  return rows.map((row) => `  ${row.name.padEnd(column)}  ${row.summary}`).join('\n');
}

function lastWord(path: string): string {
  return path.slice(path.lastIndexOf(' ') + 1);
}

/** The options by name. `width` is the terminal's; docker keeps the last column free. */
function flagTable(program: string, flags: FlagSet, width: number): string {
  const shown = Object.entries(flags).filter(
    ([, { hidden, isOwn }]) => hidden !== true && !(isOwn === true && program === 'docker'),
  );
  // docker lists --help only among options where -h means something else.
  if (shown.some(([, flag]) => flag.short === 'h')) shown.push(['help', HELP]);
  shown.sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = shown.map(([name, flag]) => ({ left: leftColumn(name, flag), right: rightColumn(flag) }));
  const column = Math.max(0, ...rows.map((row) => row.left.length));
  return rows.map(({ left, right }) => `${left.padEnd(column)}   ${wrap(right, column + 3, width - 1)}`).join('\n');
}

const HELP: Flag<boolean> = { usage: 'Print usage', type: '', initial: false, parse: () => true };

function leftColumn(name: string, flag: Flag<unknown>): string {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
  return `  ${short}--${name}${flag.type === '' ? '' : ` ${flag.type}`}`;
}

function rightColumn(flag: Flag<unknown>): string {
  return flag.defaultText === undefined ? flag.usage : `${flag.usage} (default ${flag.defaultText})`;
}
