import { pruneNetworks } from '../../client/networks.ts';
import { noArguments } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { filter } from '../flags/filter.ts';
import { bool } from '../flags/kinds.ts';

const WARNING =
  'WARNING! This will remove all custom networks not used by at least one container.\nAre you sure you want to continue?';

export const command = defineCommand({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    filter: filter('Provide filter values (e.g. "until=<timestamp>")'),
    force: bool('Do not prompt for confirmation', { short: 'f' }),
  },
  async run({ flags, client, io }) {
    if (!flags.force && !(await confirm(io, WARNING))) return 0;
    const names = await pruneNetworks(client, flags.filter);
    if (names.length > 0) await io.stdout.write(`Deleted Networks:\n${names.join('\n')}\n\n`);
    return 0;
  },
});
