import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { objectFormat } from '../flags/format.ts';
import { inspectAll } from '../format/inspect-output.ts';
import { findObject } from '../object/find.ts';

export const command = defineCommand({
  usage: '[OPTIONS] VOLUME [VOLUME...]',
  args: atLeast(1),
  flags: {
    format: objectFormat({ short: 'f' }),
  },
  async run({ flags, args, client, io }) {
    await inspectAll(args, flags.format, (reference) => findObject(client, 'volume', reference), io.stdout);
    return 0;
  },
});
