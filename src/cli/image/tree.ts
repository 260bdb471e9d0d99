import type { ImageSummary, PlatformManifest } from '../../client/images.ts';
import { ellipsis } from '../format/ellipsis.ts';
import { shortId } from '../format/short-id.ts';
import { humanSize } from '../format/units.ts';
import type { Output } from '../io/terminal.ts';

const SPACING = '   ';
const DEFAULT_WIDTH = 80;
const UNTAGGED = '<untagged>';
/** Columns on the right are left out before the names get less than this. */
const LEAST_NAME_WIDTH = 12;
const WARNING = "WARNING: This is an experimental feature. The output may change and shouldn't be depended on.";
const TERMINAL_LEGEND_WIDTH = 21;
const CHIP = ['38;5;0', '48;5;14'];

/** What is in a row: an image, or one of its platforms. */
interface Row {
  readonly names: readonly string[];
  readonly id: string;
  readonly usageBytes: number;
  readonly contentBytes: number;
  readonly isUsed: boolean;
  readonly platform: { readonly isAvailable: boolean } | undefined;
}

interface TreeColumn {
  readonly title: string;
  readonly width: number;
  readonly isRight: boolean;
  readonly text: (row: Row) => string;
}

const COLUMNS: readonly TreeColumn[] = [
  { title: 'ID', width: 12, isRight: false, text: ({ id }) => shortId(id) },
  { title: 'DISK USAGE', width: 10, isRight: true, text: ({ usageBytes }) => humanSize(usageBytes, 3) },
  { title: 'CONTENT SIZE', width: 12, isRight: true, text: ({ contentBytes }) => humanSize(contentBytes, 3) },
  { title: 'EXTRA', width: 5, isRight: false, text: ({ isUsed }) => (isUsed ? 'U' : '') },
];

/** Images with their platforms below them, as `docker images --tree` draws them; on a terminal in its colours. */
export function imageTree(images: readonly ImageSummary[], all: boolean, output: Output): string {
  const { isTerminal, columns: terminalWidth = DEFAULT_WIDTH } = output;
  const groups = images.filter((image) => all || isNamed(image)).map(rowsOf);
  const { columns, nameWidth } = layout(groups.flat(), terminalWidth);
  const paint = isTerminal ? colour : (_codes: readonly string[], text: string) => text;
  const heads = [{ title: 'IMAGE', width: nameWidth }, ...columns];
  // docker writes the titles in bold whether or not anybody sees it.
  const header = heads
    .map(
      ({ title, width }, index) => colour(['39', '1'], title) + (index === heads.length - 1 ? '' : pad(title, width)),
    )
    .join(SPACING);
  const isSpaced = groups.some((group) => group.length > 1);
  const body = groups.map((group) => {
    const lines = group.flatMap((row) => linesOf(row, columns, nameWidth, paint));
    return `${lines.join('\n')}\n${isSpaced ? '\n' : ''}`;
  });
  return `${paint(['93'], WARNING)}\n${legend(terminalWidth, isTerminal)}\n\n${header}\n${body.join('')}`;
}

function isNamed({ RepoTags, RepoDigests }: ImageSummary): boolean {
  return (RepoTags ?? []).length + (RepoDigests ?? []).length > 0;
}

function rowsOf(image: ImageSummary): Row[] {
  const platforms = (image.Manifests ?? []).filter(({ Kind }) => Kind === 'image');
  const tags = image.RepoTags ?? [];
  const rows = platforms.map((manifest, index) => platformRow(manifest, index === platforms.length - 1));
  return [
    {
      names: tags.length === 0 ? [UNTAGGED] : tags,
      id: image.Id,
      usageBytes: image.Size,
      contentBytes: rows.reduce((total, { contentBytes }) => total + contentBytes, 0),
      isUsed: rows.some(({ isUsed }) => isUsed),
      platform: undefined,
    },
    ...rows,
  ];
}

function platformRow({ ID, Available, Size, ImageData }: PlatformManifest, isLast: boolean): Row {
  const { os = '', architecture = '', variant } = ImageData?.Platform ?? {};
  const name = [os, architecture, ...(variant ? [variant] : [])].join('/');
  return {
    names: [`${isLast ? '└─' : '├─'} ${name}`],
    id: ID,
    usageBytes: Size.Total,
    contentBytes: Size.Content,
    isUsed: (ImageData?.Containers ?? []).length > 0,
    platform: { isAvailable: Available },
  };
}

/** As many columns as leave room for names. That an image has no tag makes no column wider. */
function layout(rows: readonly Row[], width: number): { columns: readonly TreeColumn[]; nameWidth: number } {
  const columns = [...COLUMNS];
  const rest = () => width - columns.reduce((total, column) => total + SPACING.length + column.width, 0);
  while (columns.length > 0 && rest() < LEAST_NAME_WIDTH) columns.pop();
  const names = rows.flatMap((row) => row.names).filter((name) => name !== UNTAGGED);
  const longest = Math.max('IMAGE'.length, ...names.map((name) => name.length));
  return { columns, nameWidth: Math.min(longest, rest()) };
}

function linesOf(row: Row, columns: readonly TreeColumn[], nameWidth: number, paint: typeof colour): string[] {
  const plain = row.platform?.isAvailable === false ? ['39', '2'] : ['39'];
  const codes = row.platform !== undefined ? plain : row.names[0] === UNTAGGED ? ['39', '2'] : ['34', '1'];
  const names = row.names.map((name) => ellipsis(name, nameWidth));
  const last = names.at(-1) ?? '';
  const cells = columns.map((column) => {
    const text = column.text(row);
    if (column.title === 'EXTRA')
      return paint === colour && text !== '' ? `${colour(CHIP, ` ${text} `)}  ` : text.padEnd(column.width);
    return column.isRight ? pad(text, column.width) + paint(plain, text) : paint(plain, text) + pad(text, column.width);
  });
  return [
    ...names.slice(0, -1).map((name) => paint(codes, name)),
    [paint(codes, last) + pad(last, nameWidth), ...cells].join(SPACING),
  ];
}

function legend(width: number, isTerminal: boolean): string {
  const text = isTerminal
    ? `${colour(['1', '106', '30'], 'i')}\u001b[0m ${colour(['96'], 'Info → ')}\u001b[0m ${colour(CHIP, ' U ')} In Use `
    : 'Info ->  U In Use ';
  return ' '.repeat(Math.max(0, width - (isTerminal ? TERMINAL_LEGEND_WIDTH : text.length))) + text;
}

function pad(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - text.length));
}

function colour(codes: readonly string[], text: string): string {
  return `${codes.map((code) => `\u001b[${code}m`).join('')}${text}\u001b[0m`;
}
