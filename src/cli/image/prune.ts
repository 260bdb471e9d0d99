import { pruneImages } from '../../client/images.ts';
import { noArguments } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { filter } from '../flags/filter.ts';
import { bool } from '../flags/kinds.ts';
import { humanSize } from '../format/units.ts';

const DANGLING = 'WARNING! This will remove all dangling images.\nAre you sure you want to continue?';
const UNUSED = `WARNING! This will remove all images without at least one container associated to them.
Are you sure you want to continue?`;

export const command = defineCommand({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    all: bool('Remove all unused images, not just dangling ones', { short: 'a' }),
    filter: filter('Provide filter values (e.g. "until=<timestamp>")'),
    force: bool('Do not prompt for confirmation', { short: 'f' }),
  },
  async run({ flags, client, io }) {
    if (!flags.force && !(await confirm(io, flags.all ? UNUSED : DANGLING))) return 0;
    const filters = [...flags.filter, { name: 'dangling', value: String(!flags.all) }];
    const { ImagesDeleted, SpaceReclaimed } = await pruneImages(client, filters);
    const lines = (ImagesDeleted ?? []).map((one) =>
      'Untagged' in one ? `untagged: ${one.Untagged}\n` : `deleted: ${one.Deleted}\n`,
    );
    const list = lines.length === 0 ? '' : `Deleted Images:\n${lines.join('')}\n`;
    await io.stdout.write(`${list}Total reclaimed space: ${humanSize(SpaceReclaimed)}\n`);
    return 0;
  },
});
