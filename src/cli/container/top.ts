import { containerTop } from '../../client/container-files.ts';
import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { alignColumns } from '../format/tabwriter.ts';

/** docker's widths for this table alone. */
const WIDTHS = { minimumWidth: 20, padding: 3 };

export const command = defineCommand({
  usage: 'CONTAINER [ps OPTIONS]',
  args: atLeast(1),
  interspersed: false,
  flags: {},
  async run({ args: [container = '', ...psArguments], client, io }) {
    const { Titles, Processes } = await containerTop(client, container, psArguments.join(' '));
    const lines = [Titles, ...(Processes ?? [])].map((cells) => `${cells.join('\t')}\n`);
    await io.stdout.write(alignColumns(lines.join(''), WIDTHS));
    return 0;
  },
});
