import { listImages } from '../../client/images.ts';
import { atMost } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { filter } from '../flags/filter.ts';
import { listFormat } from '../flags/format.ts';
import { bool } from '../flags/kinds.ts';
import { formatField, formatList } from '../format/list.ts';
import { imageColumns, imageRows, rowsOf } from './row.ts';

export const command = defineCommand({
  usage: '[OPTIONS] [REPOSITORY[:TAG]]',
  args: atMost(1),
  flags: {
    all: bool('Show all images (default hides intermediate images)', { short: 'a' }),
    digests: bool('Show digests'),
    filter: filter('Filter output based on conditions provided', { short: 'f' }),
    format: listFormat(),
    'no-trunc': bool("Don't truncate output"),
    quiet: bool('Only show image IDs', { short: 'q' }),
    tree: bool('List multi-platform images as a tree (EXPERIMENTAL)'),
  },
  async run({ flags, args, client, io, config }) {
    const reference = args[0] === undefined || args[0] === '' ? [] : [{ name: 'reference', value: args[0] }];
    const filters = [...flags.filter, ...reference];
    if (flags.tree) {
      refuseBesideTree(flags);
      const { imageTree } = await import('./tree.ts');
      const images = await listImages(client, { all: flags.all, filters, manifests: true });
      await io.stdout.write(imageTree(images, flags.all, io.stdout));
      return 0;
    }
    const images = await listImages(client, { all: flags.all, filters });
    const kind = imageRows(!flags['no-trunc']);
    const format = flags.format || (flags.quiet ? '' : config.imagesFormat) || 'table';
    const withDigests = flags.digests || format.includes('{{.Digest}}');
    const rows = rowsOf(images, { byDigest: flags.digests, withDigests });
    if (flags.quiet && format === 'table') await io.stdout.write(formatField(kind, rows, 'ID'));
    else {
      const shown = format === 'raw' ? rawFormat(flags.quiet, flags.digests) : format;
      await io.stdout.write(await formatList({ kind, rows, columns: imageColumns(flags.digests) }, shown));
    }
    return 0;
  },
});

function refuseBesideTree(flags: {
  readonly quiet: boolean;
  readonly 'no-trunc': boolean;
  readonly digests: boolean;
  readonly format: string;
}): void {
  const others = [
    ['--quiet', flags.quiet],
    ['--no-trunc', flags['no-trunc']],
    ['--show-digest', flags.digests],
    ['--format', flags.format !== ''],
  ] as const;
  const refused = others.find(([, isGiven]) => isGiven)?.[0];
  if (refused !== undefined) throw new CliError(`${refused} is not yet supported with --tree`);
}

function rawFormat(quiet: boolean, withDigests: boolean): string {
  if (quiet) return 'image_id: {{.ID}}';
  const digest = withDigests ? '{{if .Digest}}digest: {{.Digest}}\n{{end}}' : '';
  return `repository: {{.Repository}}\n{{if .Tag}}tag: {{.Tag}}\n{{end}}${digest}image_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\\n`;
}
