import { ApiError } from '../../client/api-error.ts';
import { removeNetwork } from '../../client/networks.ts';
import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError, describe } from '../errors.ts';
import { bool } from '../flags/kinds.ts';

export const command = defineCommand({
  usage: 'NETWORK [NETWORK...]',
  args: atLeast(1),
  flags: { force: bool('Do not error if the network does not exist', { short: 'f' }) },
  async run({ flags, args, client, io }) {
    let failed = false;
    for (const network of args) {
      try {
        await removeNetwork(client, network);
      } catch (error) {
        if (flags.force && error instanceof ApiError && error.status === 404) continue;
        await io.stderr.write(`${describe(error)}\n`);
        failed = true;
        continue;
      }
      await io.stdout.write(`${network}\n`);
    }
    // docker ends with these words.
    if (failed) throw new CliError('exit status 1');
    return 0;
  },
});
