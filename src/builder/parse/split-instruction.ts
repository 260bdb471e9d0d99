import { isSpace, splitBlanks, trimSpace } from './characters.ts';

export interface InstructionParts {
  /** As written. */
  readonly keyword: string;
  readonly flags: readonly string[];
  readonly rest: string;
}

/** Takes the keyword and the flags off a joined line; whatever `rest` means is the instruction's own business. */
export function splitInstruction(line: string): InstructionParts {
  const [keyword = '', body = ''] = splitBlanks(trimSpace(line), 2);
  const { flags, rest } = splitFlags(body);
  return { keyword, flags, rest: trimSpace(rest) };
}

/**
 * Words at the front that start with `--`, quotes and backslashes resolved as a shell would. A lone `--` ends them.
 * The backslash escapes here whatever the `escape` directive says, as in BuildKit.
 */
function splitFlags(line: string): { flags: string[]; rest: string } {
  const flags: string[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && isSpace(line.charAt(at))) at++;
    if (!line.startsWith('--', at)) return { flags, rest: line.slice(at) };
    const { word, end, wasQuoted } = flagWord(line, at);
    at = end;
    if (word === '--' && !wasQuoted) return { flags, rest: line.slice(at) };
    flags.push(word);
  }
}

function flagWord(line: string, start: number): { word: string; end: number; wasQuoted: boolean } {
  const pieces: string[] = [];
  let quote = '';
  let wasQuoted = false;
  let at = start;
  for (; at < line.length; at++) {
    const character = line.charAt(at);
    if (quote === '' && isSpace(character)) break;
    if (character === quote) quote = '';
    else if (quote === '' && (character === "'" || character === '"')) {
      quote = character;
      wasQuoted = true;
    } else if (character === '\\') pieces.push(line.charAt(++at));
    else pieces.push(character);
  }
  return { word: pieces.join(''), end: at, wasQuoted };
}
