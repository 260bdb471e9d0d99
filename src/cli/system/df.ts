import { diskUsage } from '../../client/system.ts';
import { noArguments } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { listFormat } from '../flags/format.ts';
import { bool } from '../flags/kinds.ts';
import { formatList } from '../format/list.ts';
import { summarize, type UsageLine, usageRows } from './usage-summary.ts';

export const command = defineCommand({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    format: listFormat(),
    verbose: bool('Show detailed information on space usage', { short: 'v' }),
  },
  async run({ flags, client, io }) {
    const usage = await diskUsage(client);
    const format = flags.format || 'table';
    if (!flags.verbose) {
      await io.stdout.write(await summaryText(summarize(usage), format));
      return 0;
    }
    const { detailsText, sectionsOf } = await import('./usage-details.ts');
    const sections = sectionsOf(usage);
    if (format === 'table') await io.stdout.write(detailsText(sections));
    else await (await import('./usage-template.ts')).showDetailsByTemplate(sections, format, io.stdout);
    return 0;
  },
});

async function summaryText(lines: readonly UsageLine[], format: string): Promise<string> {
  const columns = ['Type', 'TotalCount', 'Active', 'Size', 'Reclaimable'];
  return await formatList({ kind: usageRows, rows: lines, columns }, format);
}
