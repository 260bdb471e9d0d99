import { invalidArgument } from '../../errors/engine-error.ts';
import { splitBlanks, trimSpace } from './characters.ts';
import type { ListCommand } from './command.ts';
import type { Instruction } from './dockerfile.ts';
import { parseFlags } from './flags.ts';
import { parseJsonArguments } from './json-arguments.ts';

/** VOLUME, which takes JSON, too, and EXPOSE, whose ports are kept in order. */
export function parseList(instruction: Instruction): ListCommand {
  const { rest } = instruction;
  const kind = instruction.keyword === 'volume' ? 'volume' : 'expose';
  const json = kind === 'volume' ? parseJsonArguments(rest) : undefined;
  const words = json ?? (rest === '' ? [] : splitBlanks(rest));
  if (words.length === 0) throw invalidArgument(`${kind.toUpperCase()} requires at least one argument`);
  parseFlags(instruction.flags, {});
  if (kind === 'expose') return { kind, instruction, items: words.toSorted() };
  const items = words.map(trimSpace);
  if (items.includes('')) throw invalidArgument('VOLUME specified can not be an empty string');
  return { kind, instruction, items };
}
