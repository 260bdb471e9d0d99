import { type HistoryEntry, imageHistory } from '../../client/images.ts';
import { exactly } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { listFormat } from '../flags/format.ts';
import { bool, string } from '../flags/kinds.ts';
import { ellipsis } from '../format/ellipsis.ts';
import { formatField, formatList } from '../format/list.ts';
import type { ListKind } from '../format/list-kind.ts';
import { rfc3339 } from '../format/local-time.ts';
import { shortId } from '../format/short-id.ts';
import { ago, humanSize } from '../format/units.ts';

const CREATED_BY_WIDTH = 45;

export const command = defineCommand({
  usage: '[OPTIONS] IMAGE',
  args: exactly(1),
  flags: {
    format: listFormat(),
    human: bool('Print sizes and dates in human readable format', { short: 'H', initial: true }),
    'no-trunc': bool("Don't truncate output"),
    platform: string('Show history for the given platform. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")'),
    quiet: bool('Only show image IDs', { short: 'q' }),
  },
  async run({ flags, args: [image = ''], client, io }) {
    const rows = await imageHistory(client, image, flags.platform);
    const kind = historyRows(!flags['no-trunc'], flags.human);
    const format = flags.format || 'table';
    if (flags.quiet && format === 'table') await io.stdout.write(formatField(kind, rows, 'ID'));
    else {
      const columns = ['ID', flags.human ? 'CreatedSince' : 'CreatedAt', 'CreatedBy', 'Size', 'Comment'];
      await io.stdout.write(await formatList({ kind, rows, columns }, format));
    }
    return 0;
  },
});

function historyRows(truncates: boolean, human: boolean): ListKind<HistoryEntry> {
  return {
    typeName: 'image.historyContext',
    headers: {
      ID: 'IMAGE',
      CreatedSince: 'CREATED',
      CreatedAt: 'CREATED AT',
      CreatedBy: 'CREATED BY',
      Size: 'SIZE',
      Comment: 'COMMENT',
    },
    fields: {
      ID: ({ Id }) => (truncates ? shortId(Id) : Id),
      CreatedAt: ({ Created }) => rfc3339(Created),
      CreatedSince: ({ Created }) => (human ? ago(Created) : rfc3339(Created)),
      CreatedBy: ({ CreatedBy }) => {
        const text = CreatedBy.replaceAll('\t', ' ');
        return truncates ? ellipsis(text, CREATED_BY_WIDTH) : text;
      },
      Size: ({ Size }) => (human ? humanSize(Size, 3) : String(Size)),
      Comment: ({ Comment }) => Comment,
    },
  };
}
