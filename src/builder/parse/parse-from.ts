import { invalidArgument } from '../../errors/engine-error.ts';
import { splitBlanks } from './characters.ts';
import type { FromCommand } from './command.ts';
import type { Instruction } from './dockerfile.ts';
import { parseFlags } from './flags.ts';

/** `FROM [--platform=p] base [AS name]`. */
export function parseFrom(instruction: Instruction): FromCommand {
  const words = instruction.rest === '' ? [] : splitBlanks(instruction.rest);
  const [base = '', as, writtenName] = words;
  const isNamed = words.length === 3 && as?.toLowerCase() === 'as';
  if (!isNamed && words.length !== 1) throw invalidArgument('FROM requires either one or three arguments');
  const name = isNamed ? writtenName?.toLowerCase() : undefined;
  if (name !== undefined && !/^[a-z][a-z0-9-_.]*$/.test(name)) {
    throw invalidArgument(
      `invalid name for build stage: ${JSON.stringify(writtenName)}, name can't start with a number or contain symbols`,
    );
  }
  const flags = parseFlags(instruction.flags, { platform: 'text' });
  return { kind: 'from', instruction, base, name, writtenName, as, platform: flags.text('platform') };
}
