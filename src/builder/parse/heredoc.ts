import { isEngineError } from '../../errors/engine-error.ts';
import type { Heredoc } from './dockerfile.ts';
import { expandWord } from './expand-word.ts';
import { parseJsonArguments } from './json-arguments.ts';
import { splitInstruction } from './split-instruction.ts';

/** A heredoc's announcement: `<<EOF`, `<<-"EOF"`, `3<<EOF`. */
export type HeredocMark = Pick<Heredoc, 'name' | 'expand' | 'chomp'>;

const KEYWORDS = ['run', 'copy', 'add'];
const NOTHING: ReadonlyMap<string, string> = new Map();

/** The heredocs whose contents follow this line, in order. */
export function announcedHeredocs(line: string): HeredocMark[] {
  if (!line.includes('<<') || !canHaveHeredocs(line)) return [];
  const marks: HeredocMark[] = [];
  for (const word of shellWords(line)) {
    const mark = parseHeredocMark(word);
    if (mark !== undefined) marks.push(mark);
  }
  return marks;
}

function canHaveHeredocs(line: string): boolean {
  const { keyword, rest } = splitInstruction(line);
  if (keyword.toLowerCase() === 'onbuild') return canHaveHeredocs(rest);
  return KEYWORDS.includes(keyword.toLowerCase()) && parseJsonArguments(rest) === undefined;
}

/** None where quotes or substitutions are broken: then it is for the shell to say what the line means. */
function shellWords(line: string): readonly string[] {
  try {
    const rules = { escape: '\\', variables: NOTHING, keepQuotes: true, keepEscapes: true, keepUnset: true };
    return expandWord(line, rules).words;
  } catch (error) {
    if (isEngineError(error)) return [];
    throw error;
  }
}

/**
 * Undefined for a word that announces none.
 * @throws invalid_argument for a delimiter with an open quote
 */
export function parseHeredocMark(word: string): HeredocMark | undefined {
  const [, dash, delimiter = ''] = /^\d*<<(-?)([^<]*)$/.exec(word) ?? [];
  if (delimiter === '') return undefined;
  const rules = { escape: '\\', variables: NOTHING, keepUnset: true };
  const [name, ...others] = expandWord(delimiter, rules).words;
  if (name === undefined || others.length > 0) return undefined;
  const [quoted = ''] = expandWord(delimiter, { ...rules, keepQuotes: true }).words;
  return { name, expand: countQuotes(name) === countQuotes(quoted), chomp: dash === '-' };
}

function countQuotes(text: string): number {
  return text.split(/['"]/).length - 1;
}

/** The content as `<<-` or `<<` has it. */
export function heredocText({ content, chomp }: Heredoc): string {
  return chomp ? content.replace(/^\t+/gm, '') : content;
}
