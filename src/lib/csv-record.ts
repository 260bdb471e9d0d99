/**
 * The fields of one line of comma-separated values, with Go's rules for quotes, as `--mount` and `--network` use them.
 * @throws Error with Go's text
 */
export function parseCsvRecord(line: string): string[] {
  if (line === '') throw new Error('EOF');
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] === '"') {
      const quoted = /^"((?:[^"]|"")*)"/.exec(line.slice(at));
      const next = line[at + (quoted?.[0].length ?? 0)];
      if (quoted === null || !(next === undefined || next === ',')) {
        throw new Error(`parse error on line 1, column ${at + 2}: extraneous or missing " in quoted-field`);
      }
      fields.push((quoted[1] ?? '').replaceAll('""', '"'));
      at += quoted[0].length;
    } else {
      const comma = line.indexOf(',', at);
      const field = comma < 0 ? line.slice(at) : line.slice(at, comma);
      const quote = field.indexOf('"');
      if (quote >= 0) throw new Error(`parse error on line 1, column ${at + quote + 1}: bare " in non-quoted-field`);
      fields.push(field);
      at += field.length;
    }
    if (at >= line.length) return fields;
    at += 1;
  }
}
