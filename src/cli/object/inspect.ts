import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { objectFormat } from '../flags/format.ts';
import { bool, string } from '../flags/kinds.ts';
import { inspectAll } from '../format/inspect-output.ts';
import { findAnyObject, findObject, isObjectType, objectTypes } from './find.ts';

export const command = defineCommand({
  usage: '[OPTIONS] NAME|ID [NAME|ID...]',
  args: atLeast(1),
  flags: {
    format: objectFormat({ short: 'f' }),
    size: bool('Display total file sizes if the type is container', { short: 's' }),
    type: string('Only inspect objects of the given type'),
  },
  async run({ flags, args, client, io, changed }) {
    const { type, size } = flags;
    if (changed('type') && type === '') throw new CliError('type is empty: must be one of ' + quotedTypes());
    if (type !== '' && !isObjectType(type)) {
      throw new CliError(`unknown type: ${JSON.stringify(type)}: must be one of ${quotedTypes()}`);
    }
    const warn = (text: string) => io.stderr.write(text);
    const find = async (reference: string) => {
      if (type === '') return await findAnyObject(client, reference, size, warn);
      const found = await findObject(client, type, reference, { size: size && type === 'container' ? 1 : undefined });
      if (size && type !== 'container') await warn(`WARNING: --size ignored for ${type}\n`);
      return found;
    };
    await inspectAll(args, flags.format, find, io.stdout);
    return 0;
  },
});

function quotedTypes(): string {
  return objectTypes.map((type) => JSON.stringify(type)).join(', ');
}
