import { pruneVolumes } from '../../client/volumes.ts';
import { noArguments } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { CliError } from '../errors.ts';
import { filter } from '../flags/filter.ts';
import { bool } from '../flags/kinds.ts';
import { humanSize } from '../format/units.ts';

const warningOf = (which: string) =>
  `WARNING! This will remove ${which} local volumes not used by at least one container.\nAre you sure you want to continue?`;

export const command = defineCommand({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    all: bool('Remove all unused volumes, not just anonymous ones', { short: 'a' }),
    filter: filter('Provide filter values (e.g. "label=<label>")'),
    force: bool('Do not prompt for confirmation', { short: 'f' }),
  },
  async run({ flags, client, io }) {
    if (flags.all && flags.filter.some(({ name }) => name === 'all')) {
      throw new CliError('conflicting options: cannot specify both --all and --filter all=1');
    }
    if (!flags.force && !(await confirm(io, warningOf(flags.all ? 'all' : 'anonymous')))) return 0;
    const filters = flags.all ? [...flags.filter, { name: 'all', value: 'true' }] : flags.filter;
    const { VolumesDeleted, SpaceReclaimed } = await pruneVolumes(client, filters);
    const deleted = VolumesDeleted ?? [];
    const lines = deleted.length === 0 ? '' : `Deleted Volumes:\n${deleted.join('\n')}\n\n`;
    await io.stdout.write(`${lines}Total reclaimed space: ${humanSize(SpaceReclaimed)}\n`);
    return 0;
  },
});
