import { invalidArgument } from '../../errors/engine-error.ts';
import type { OnbuildCommand } from './command.ts';
import type { Instruction } from './dockerfile.ts';
import { parseFlags } from './flags.ts';
import { splitInstruction } from './split-instruction.ts';

/** Only the trigger's keyword is judged here; the rest when an image that has it becomes a base. */
export function parseOnbuild(instruction: Instruction): OnbuildCommand {
  const { rest, text, heredocs } = instruction;
  if (rest === '') throw invalidArgument('ONBUILD requires at least one argument');
  parseFlags(instruction.flags, {});
  const keyword = splitInstruction(rest).keyword.toUpperCase();
  if (keyword === 'ONBUILD') throw invalidArgument("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (keyword === 'MAINTAINER' || keyword === 'FROM') {
    throw invalidArgument(`${keyword} isn't allowed as an ONBUILD trigger`);
  }
  const contents = heredocs.map(({ content, name }) => `\n${content}${name}`);
  return { kind: 'onbuild', instruction, trigger: text.replace(/^onbuild\s*/i, '') + contents.join('') };
}
