import { pruneBuilds } from '../../client/builds.ts';
import { parseByteSize } from '../../lib/byte-size.ts';
import { noArguments } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { filter } from '../flags/filter.ts';
import { bool, parsed } from '../flags/kinds.ts';
import { humanSize } from '../format/units.ts';

const DANGLING = 'WARNING! This will remove all dangling build cache. Are you sure you want to continue?';
const ALL = 'WARNING! This will remove all build cache. Are you sure you want to continue?';

export const command = defineCommand({
  usage: '',
  args: noArguments,
  flags: {
    all: bool('Remove all unused build cache, not just dangling ones', { short: 'a' }),
    filter: filter('Provide filter values (e.g. "until=24h")'),
    force: bool('Do not prompt for confirmation', { short: 'f' }),
    'keep-storage': parsed('bytes', 'Amount of disk space to keep for cache', parseByteSize),
  },
  async run({ flags, client, io }) {
    if (!flags.force && !(await confirm(io, flags.all ? ALL : DANGLING))) return 0;
    const { CachesDeleted, SpaceReclaimed } = await pruneBuilds(client, {
      all: flags.all,
      filters: flags.filter,
      keepBytes: flags['keep-storage'] ?? 0,
    });
    const lines = (CachesDeleted ?? []).map((id) => `${id}\n`).join('');
    const list = lines === '' ? '' : `Deleted build cache objects:\n${lines}\n`;
    await io.stdout.write(`${list}Total reclaimed space: ${humanSize(SpaceReclaimed)}\n`);
    return 0;
  },
});
