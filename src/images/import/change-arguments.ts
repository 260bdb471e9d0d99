import { invalidArgument } from '../../errors/engine-error.ts';

/** A command in one of its two forms. */
export type CommandForm =
  | { readonly kind: 'exec'; readonly list: string[] }
  | { readonly kind: 'shell'; readonly text: string };

/**
 * A JSON list of strings is the exec form; whatever is no such list is for a shell.
 * @throws invalid_argument for a list with anything but strings.
 */
export function parseCommandForm(rest: string): CommandForm {
  const list = parseJsonList(rest);
  return list === undefined ? { kind: 'shell', text: rest } : { kind: 'exec', list };
}

/** A JSON list, or words between white space. */
export function parseListForm(rest: string): string[] {
  return parseJsonList(rest) ?? rest.split(/\s+/).filter((word) => word !== '');
}

function parseJsonList(rest: string): string[] | undefined {
  if (!rest.startsWith('[')) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(rest);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (!Array.isArray(json)) return undefined;
  if (json.every((item) => typeof item === 'string')) return json;
  throw invalidArgument('when using JSON array syntax, arrays must be comprised of strings only');
}

/**
 * `name=value …`, or in the old form `name value`, whose value is all the rest. Quotes and backslashes are still there.
 * @throws invalid_argument with Docker's texts.
 */
export function parsePairs(command: string, rest: string): [string, string][] {
  const words = splitWords(rest);
  const [first] = words;
  if (first === undefined) throw invalidArgument(`${command} requires at least one argument`);
  if (!first.includes('=')) {
    const [, name, value] = /^(\S+)\s+(.*)$/s.exec(rest) ?? [];
    if (name === undefined || value === undefined) throw invalidArgument(`${command} must have two arguments`);
    return [[name, value]];
  }
  return words.map((word) => {
    const equals = word.indexOf('=');
    if (equals < 0) {
      throw invalidArgument(`Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`);
    }
    return [word.slice(0, equals), word.slice(equals + 1)];
  });
}

/** At white space outside of quotes; quotes and backslashes stay in the words. */
function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  let isOpen = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote === '' && /\s/.test(character)) {
      if (isOpen) words.push(word);
      word = '';
      isOpen = false;
      continue;
    }
    isOpen = true;
    if (character === '\\' && quote !== "'") {
      // A backslash at the very end stands for nothing.
      if (at + 1 < text.length) word += character + text.charAt(++at);
      continue;
    }
    if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = '';
    word += character;
  }
  if (isOpen) words.push(word);
  return words;
}
