import { listVolumes } from '../../client/volumes.ts';
import { noArguments } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { filter } from '../flags/filter.ts';
import { listFormat } from '../flags/format.ts';
import { bool } from '../flags/kinds.ts';
import { formatField, formatList } from '../format/list.ts';
import { compareNatural } from '../network/natural-order.ts';
import { volumeRows } from './row.ts';

export const command = defineCommand({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    cluster: bool('Display only cluster volumes, and use cluster volume list formatting'),
    filter: filter('Provide filter values (e.g. "dangling=true")', { short: 'f' }),
    format: listFormat(),
    quiet: bool('Only display volume names', { short: 'q' }),
  },
  async run({ flags, client, io, config }) {
    const found = await listVolumes(client, flags.filter);
    // Volumes of a swarm are none of this engine's.
    const rows = flags.cluster ? [] : [...found].sort((left, right) => compareNatural(left.Name, right.Name));
    const format = flags.format || (flags.quiet || flags.cluster ? '' : config.volumesFormat) || 'table';
    if (flags.quiet && format === 'table') await io.stdout.write(formatField(volumeRows, rows, 'Name'));
    else {
      const columns = flags.cluster ? ['Name', 'Group', 'Driver', 'Availability', 'Status'] : ['Driver', 'Name'];
      const text = format === 'raw' ? rawFormat(flags.quiet) : format;
      await io.stdout.write(await formatList({ kind: volumeRows, rows, columns }, text));
    }
    return 0;
  },
});

function rawFormat(quiet: boolean): string {
  return quiet ? 'name: {{.Name}}' : 'name: {{.Name}}\ndriver: {{.Driver}}\\n';
}
