export interface Row {
  readonly title: string;
  readonly unit: 'ms' | 'MB' | 'Gbit/s' | '/s';
  /** Medians, in the order of the engines; undefined or missing where an engine has no such thing. */
  readonly values: readonly (number | undefined)[];
}

/** A table with each engine's median and, for Skiff, its ratio to each of the others. */
export function printTable(names: readonly string[], rows: readonly Row[]): string {
  const header = ['median', ...names, ...names.slice(1).map((name) => `${names[0]}/${name}`)];
  const lines = rows.map(({ title, unit, ...row }) => {
    const values = names.map((_, engine) => row.values[engine]);
    return [
      title,
      ...values.map((value) => (value === undefined ? '–' : `${value.toFixed(1)} ${unit}`)),
      ...values.slice(1).map((value) => ratio(values[0], value)),
    ];
  });
  const widths = header.map((_, column) => Math.max(...[header, ...lines].map((line) => line[column]?.length ?? 0)));
  return [header, ...lines]
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function ratio(own: number | undefined, other: number | undefined): string {
  return own === undefined || other === undefined || other === 0 ? '–' : (own / other).toFixed(2);
}
