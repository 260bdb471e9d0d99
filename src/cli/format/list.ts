import type { ListKind } from './list-kind.ts';
import { alignColumns } from './tabwriter.ts';

/** A column of a default table: a field, or a field shown otherwise than in templates. */
export type Column<Row> = string | { readonly field: string; readonly text: (row: Row) => string };

export interface ListView<Row> {
  readonly kind: ListKind<Row>;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
}

/**
 * Renders a list: `table` (the default columns), `json` (a line for each), `table TEMPLATE` or a template. The template
 * engine is loaded only for the last two.
 */
export async function formatList<Row>(view: ListView<Row>, format: string): Promise<string> {
  if (format === 'table') return formatTable(view);
  const { formatByTemplate } = await import('./list-template.ts');
  return formatByTemplate(view.kind, view.rows, format);
}

/** The default table, heading included. */
export function formatTable<Row>({ kind, rows, columns }: ListView<Row>): string {
  const heading = columns.map((column) => kind.headers[fieldOf(column)] ?? '<no value>').join('\t');
  const lines = rows.map((row) => columns.map((column) => cell(kind, column, row)).join('\t'));
  return alignColumns([heading, ...lines, ''].join('\n'));
}

/** One field of every row, a line each: what `-q` prints. */
export function formatField<Row>(kind: ListKind<Row>, rows: readonly Row[], field: string): string {
  return rows.map((row) => `${cell(kind, field, row)}\n`).join('');
}

function fieldOf<Row>(column: Column<Row>): string {
  return typeof column === 'string' ? column : column.field;
}

function cell<Row>(kind: ListKind<Row>, column: Column<Row>, row: Row): string {
  if (typeof column !== 'string') return column.text(row);
  const value = kind.fields[column]?.(row);
  return value === null || value === undefined ? '<nil>' : String(value);
}
