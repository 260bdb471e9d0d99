import { listNetworks, type NetworkSummary } from '../../client/networks.ts';
import { noArguments } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { filter } from '../flags/filter.ts';
import { listFormat } from '../flags/format.ts';
import { bool } from '../flags/kinds.ts';
import { labelsText } from '../format/labels-text.ts';
import { formatField, formatList } from '../format/list.ts';
import type { ListKind } from '../format/list-kind.ts';
import { printTime } from '../format/print-time.ts';
import { shortId } from '../format/short-id.ts';
import { compareNatural } from './natural-order.ts';

export const command = defineCommand({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    filter: filter('Provide filter values (e.g. "driver=bridge")', { short: 'f' }),
    format: listFormat(),
    'no-trunc': bool('Do not truncate the output'),
    quiet: bool('Only display network IDs', { short: 'q' }),
  },
  async run({ flags, client, io, config }) {
    const rows = await listNetworks(client, flags.filter);
    rows.sort((left, right) => compareNatural(left.Name, right.Name));
    const kind = networkRows(!flags['no-trunc']);
    const format = flags.format || (flags.quiet ? '' : config.networksFormat) || 'table';
    if (flags.quiet && format === 'table') await io.stdout.write(formatField(kind, rows, 'ID'));
    else {
      const columns = ['ID', 'Name', 'Driver', 'Scope'];
      await io.stdout.write(
        await formatList({ kind, rows, columns }, format === 'raw' ? rawFormat(flags.quiet) : format),
      );
    }
    return 0;
  },
});

function rawFormat(quiet: boolean): string {
  if (quiet) return 'network_id: {{.ID}}';
  return 'network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\\n';
}

function networkRows(truncates: boolean): ListKind<NetworkSummary> {
  return {
    typeName: 'network.networkContext',
    headers: {
      ID: 'NETWORK ID',
      Name: 'NAME',
      Driver: 'DRIVER',
      Scope: 'SCOPE',
      IPv4: 'IPV4',
      IPv6: 'IPV6',
      Internal: 'INTERNAL',
      Labels: 'LABELS',
      CreatedAt: 'CREATED AT',
    },
    fields: {
      ID: ({ Id }) => (truncates ? shortId(Id) : Id),
      Name: ({ Name }) => Name,
      Driver: ({ Driver }) => Driver,
      Scope: ({ Scope }) => Scope,
      IPv4: ({ EnableIPv4 }) => String(EnableIPv4 ?? false),
      IPv6: ({ EnableIPv6 }) => String(EnableIPv6),
      Internal: ({ Internal }) => String(Internal),
      Labels: ({ Labels }) => labelsText(Labels),
      CreatedAt: ({ Created }) => printTime(Created),
    },
    labels: ({ Labels }) => Labels,
  };
}
