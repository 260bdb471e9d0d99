/** Docker's table settings: no column narrower than 10, at least 3 spaces between columns. */
const MINIMUM_WIDTH = 10;
const PADDING = 3;

export interface ColumnWidths {
  readonly minimumWidth: number;
  readonly padding: number;
}

/**
 * Aligns tab-separated text by Go's text/tabwriter rules: a cell is ended by its tab, a column is a run of adjacent
 * lines that have the cell, and text after a line's last tab is in no column.
 */
export function alignColumns(
  text: string,
  { minimumWidth, padding }: ColumnWidths = { minimumWidth: MINIMUM_WIDTH, padding: PADDING },
): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const padded = lines.map(() => [] as string[]);
  const align = (first: number, end: number, column: number): void => {
    let start = first;
    while (start < end) {
      if (!hasCell(lines[start], column)) {
        start++;
        continue;
      }
      let last = start;
      while (last < end && hasCell(lines[last], column)) last++;
      const block = lines.slice(start, last);
      const width = Math.max(minimumWidth, ...block.map((cells) => widthOf(cells[column]) + padding));
      block.forEach((cells, index) => {
        const cell = cells[column] ?? '';
        padded[start + index]?.push(cell + ' '.repeat(width - widthOf(cell)));
      });
      align(start, last, column + 1);
      start = last;
    }
  };
  align(0, lines.length, 0);
  return lines.map((cells, index) => `${padded[index]?.join('') ?? ''}${cells.at(-1) ?? ''}`).join('\n');
}

function hasCell(cells: readonly string[] | undefined, column: number): boolean {
  return cells !== undefined && column < cells.length - 1;
}

/** tabwriter counts code points. */
function widthOf(cell: string | undefined): number {
  if (cell === undefined) return 0;
  let width = 0;
  for (const _codePoint of cell) width++;
  return width;
}
