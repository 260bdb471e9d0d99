import { networkRules } from '../../client/networks.ts';
import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { objectFormat } from '../flags/format.ts';
import { bool } from '../flags/kinds.ts';
import { inspectAll } from '../format/inspect-output.ts';
import { findObject } from '../object/find.ts';

export const command = defineCommand({
  usage: '[OPTIONS] NETWORK [NETWORK...]',
  args: atLeast(1),
  flags: {
    format: objectFormat({ short: 'f' }),
    rules: bool('Show the rules of the host that belong to the networks', { isOwn: true }),
    verbose: bool('Verbose output for diagnostics', { short: 'v' }),
  },
  async run({ flags, args, client, io }) {
    if (flags.rules) {
      for (const reference of args) await io.stdout.write(await networkRules(client, reference));
      return 0;
    }
    const query = { verbose: flags.verbose ? 1 : undefined };
    const find = (reference: string) => findObject(client, 'network', reference, query);
    await inspectAll(args, flags.format, find, io.stdout);
    return 0;
  },
});
