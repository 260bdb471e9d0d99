import { pruneContainers } from '../../client/container-list.ts';
import { noArguments } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { filter } from '../flags/filter.ts';
import { bool } from '../flags/kinds.ts';
import { humanSize } from '../format/units.ts';

const WARNING = 'WARNING! This will remove all stopped containers.\nAre you sure you want to continue?';

export const command = defineCommand({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    filter: filter('Provide filter values (e.g. "until=<timestamp>")'),
    force: bool('Do not prompt for confirmation', { short: 'f' }),
  },
  async run({ flags, client, io }) {
    if (!flags.force && !(await confirm(io, WARNING))) return 0;
    const { ContainersDeleted, SpaceReclaimed } = await pruneContainers(client, flags.filter);
    const deleted = ContainersDeleted ?? [];
    const list = deleted.length === 0 ? '' : `Deleted Containers:\n${deleted.join('\n')}\n\n`;
    await io.stdout.write(`${list}Total reclaimed space: ${humanSize(SpaceReclaimed)}\n`);
    return 0;
  },
});
