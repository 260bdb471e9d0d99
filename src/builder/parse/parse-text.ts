import { invalidArgument } from '../../errors/engine-error.ts';
import type { TextCommand } from './command.ts';
import type { Instruction } from './dockerfile.ts';
import { parseFlags } from './flags.ts';

/** WORKDIR, USER, STOPSIGNAL and MAINTAINER: the rest of the line is one value. */
export function parseText(instruction: Instruction): TextCommand {
  const kind = kindOf(instruction.keyword);
  if (instruction.rest === '') throw invalidArgument(`${kind.toUpperCase()} requires exactly one argument`);
  parseFlags(instruction.flags, {});
  return { kind, instruction, text: instruction.rest };
}

function kindOf(keyword: string): TextCommand['kind'] {
  return keyword === 'workdir' || keyword === 'user' || keyword === 'stopsignal' ? keyword : 'maintainer';
}
