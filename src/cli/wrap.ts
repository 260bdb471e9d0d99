/** Lets the last line of a paragraph be this much too long instead of leaving a lone word on a line of its own. */
const SLOP = 5;
const NARROWEST = 24;

/** Wraps a flag's description behind an indent, line by line as pflag does, whose layout users know. */
export function wrap(text: string, indent: number, width: number): string {
  let left = indent;
  let room = width - left;
  let result = '';
  if (room < NARROWEST) {
    left = 16;
    room = width - left;
    result = `\n${' '.repeat(left)}`;
  }
  const newline = `\n${' '.repeat(left)}`;
  if (room < NARROWEST) return text.replaceAll('\n', result);
  let [line, rest] = splitLine(room - SLOP, text);
  result += line.replaceAll('\n', newline);
  while (rest !== '') {
    [line, rest] = splitLine(room - SLOP, rest);
    result += newline + line.replaceAll('\n', newline);
  }
  return result;
}

function splitLine(limit: number, text: string): [string, string] {
  if (limit + SLOP > text.length) return [text, ''];
  const head = text.slice(0, limit);
  const space = Math.max(head.lastIndexOf(' '), head.lastIndexOf('\t'), head.lastIndexOf('\n'));
  if (space <= 0) return [text, ''];
  const newline = head.lastIndexOf('\n');
  const at = newline > 0 && newline < space ? newline : space;
  return [text.slice(0, at), text.slice(at + 1)];
}
