import { type ContainerSummary, listContainers } from '../../client/container-list.ts';
import { noArguments } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { filter } from '../flags/filter.ts';
import { listFormat } from '../flags/format.ts';
import { bool, integer } from '../flags/kinds.ts';
import { formatField, formatList } from '../format/list.ts';
import type { ListKind } from '../format/list-kind.ts';
import type { Terminal } from '../io/terminal.ts';
import { containerColumns, containerRows } from './row.ts';

export const command = defineCommand({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    all: bool('Show all containers (default shows just running)', { short: 'a' }),
    filter: filter('Filter output based on conditions provided', { short: 'f' }),
    format: listFormat(),
    last: integer('Show n last created containers (includes all states)', { short: 'n', defaultText: '-1' }),
    latest: bool('Show the latest created container (includes all states)', { short: 'l' }),
    'no-trunc': bool("Don't truncate output"),
    quiet: bool('Only display container IDs', { short: 'q' }),
    size: bool('Display total file sizes', { short: 's' }),
  },
  async run({ flags, client, io, config, changed }) {
    const kind = containerRows(!flags['no-trunc']);
    if (flags.quiet && flags.format !== '') {
      await io.stderr.write('WARNING: Ignoring custom format, because both --format and --quiet are set.\n');
    }
    const readsSize = flags.format !== '' && (await templateReadsSize(kind, flags.format)) && !changed('size');
    const limit = flags.last !== undefined && flags.last >= 0 ? flags.last : undefined;
    const rows = await listContainers(client, {
      all: flags.all || flags.latest || limit !== undefined,
      limit: flags.latest && limit === undefined ? 1 : limit,
      size: flags.size || readsSize,
      filters: flags.filter,
    });
    const view = { kind, rows, columns: containerColumns(flags.size) };
    const format = flags.format || (flags.quiet ? '' : config.psFormat) || 'table';
    await print(io, view, format, flags.quiet, flags.size);
    return 0;
  },
});

async function templateReadsSize(kind: ListKind<ContainerSummary>, format: string): Promise<boolean> {
  if (format === 'table' || format === 'json' || format === 'raw') return false;
  const { fieldsReadBy } = await import('./fields-read-by.ts');
  return fieldsReadBy(kind, format).has('Size');
}

async function print(
  io: Terminal,
  view: Parameters<typeof formatList<ContainerSummary>>[0],
  format: string,
  quiet: boolean,
  withSize: boolean,
): Promise<void> {
  const { kind, rows } = view;
  if (quiet && format !== 'raw') return await io.stdout.write(formatField(kind, rows, 'ID'));
  await io.stdout.write(await formatList(view, format === 'raw' ? rawFormat(quiet, withSize) : format));
}

function rawFormat(quiet: boolean, withSize: boolean): string {
  if (quiet) return 'container_id: {{.ID}}';
  const lines = [
    'container_id: {{.ID}}',
    'image: {{.Image}}',
    'command: {{.Command}}',
    'created_at: {{.CreatedAt}}',
    'state: {{- pad .State 1 0}}',
    'status: {{- pad .Status 1 0}}',
    'names: {{.Names}}',
    'labels: {{- pad .Labels 1 0}}',
    'ports: {{- pad .Ports 1 0}}',
  ];
  return `${[...lines, ...(withSize ? ['size: {{.Size}}'] : [])].join('\n')}\\n`;
}
