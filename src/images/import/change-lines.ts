import { invalidArgument } from '../../errors/engine-error.ts';

/** One instruction of a Dockerfile, as far as its parts do not depend on which one it is. */
export interface ChangeLine {
  /** As it was written. */
  readonly command: string;
  /** Leading words with two dashes, without them: `interval=5s`. */
  readonly flags: readonly string[];
  readonly rest: string;
}

/**
 * Reads instructions as Docker reads a Dockerfile: one a line, continued by a backslash at a line's end; comments and
 * empty lines are left out.
 * @throws invalid_argument when there is none.
 */
export function parseChangeLines(changes: readonly string[]): ChangeLine[] {
  const lines: ChangeLine[] = [];
  let pending = '';
  const texts = changes.join('\n').split(/\r?\n/);
  for (const [index, text] of texts.entries()) {
    if (/^\s*#/.test(text) || (text.trim() === '' && index < texts.length - 1)) continue;
    const continued = /\\[ \t]*$/.exec(text);
    pending += continued === null ? text : text.slice(0, continued.index);
    if (continued !== null && index < texts.length - 1) continue;
    if (pending.trim() !== '') lines.push(parseLine(pending.trim()));
    pending = '';
  }
  if (lines.length === 0) throw invalidArgument('file with no instructions');
  return lines;
}

function parseLine(line: string): ChangeLine {
  const [, command = '', after = ''] = /^(\S+)\s*(.*)$/s.exec(line) ?? [];
  const flags: string[] = [];
  let rest = after;
  for (;;) {
    const [whole, flag] = /^--(\S*)\s*/.exec(rest) ?? [];
    if (whole === undefined || flag === undefined) break;
    rest = rest.slice(whole.length);
    if (flag === '') break;
    flags.push(flag);
  }
  return { command, flags, rest: rest.trim() };
}
