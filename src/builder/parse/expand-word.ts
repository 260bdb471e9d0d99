import { invalidArgument, isEngineError } from '../../errors/engine-error.ts';
import { isSpace } from './characters.ts';
import { parseShellPattern, replaceMatches, trimPrefix, trimSuffix } from './shell-pattern.ts';
import { WorkBudget } from './work-budget.ts';

export interface WordRules {
  /** The `escape` directive's. */
  readonly escape: string;
  readonly variables: ReadonlyMap<string, string>;
  /** Quotes keep their meaning, and stay. */
  readonly keepQuotes?: boolean;
  readonly keepEscapes?: boolean;
  /** Quotes are characters like any other: the text of a heredoc. */
  readonly ignoreQuotes?: boolean;
  /** `$name` of a variable that is not set stays as written: text that a shell reads later. */
  readonly keepUnset?: boolean;
  readonly budget?: WorkBudget;
}

export interface Expansion {
  readonly text: string;
  /** The text split at blanks that no quote covers; an unquoted variable's blanks split, too. */
  readonly words: readonly string[];
  /** Names of variables that were asked for, and set or not. */
  readonly matched: ReadonlySet<string>;
  readonly unmatched: ReadonlySet<string>;
}

/**
 * Resolves quotes, escapes and variables as BuildKit does: `$a`, `${a}`, `${a:-b}`, `${a-b}`, `${a:+b}`, `${a+b}`,
 * `${a:?b}`, `${a?b}`, `${a#p}`, `${a##p}`, `${a%p}`, `${a%%p}`, `${a/p/r}`, `${a//p/r}`.
 * @throws invalid_argument with BuildKit's texts
 */
export function expandWord(word: string, rules: WordRules): Expansion {
  try {
    return new WordReader(word, rules).expand();
  } catch (error) {
    if (!isEngineError(error)) throw error;
    throw invalidArgument(`failed to process ${shortQuote(word)}: ${error.message}`, error);
  }
}

const MAX_QUOTED = 200;

function shortQuote(word: string): string {
  return JSON.stringify(word.length > MAX_QUOTED ? `${word.slice(0, MAX_QUOTED)}…` : word);
}

/** Deeper ones are an attack on the stack. */
const MAX_DEPTH = 100;
const LETTER = /^[\p{L}\p{Nd}_]$/u;
const BLANK = /[\s\u0085]/;
const DIGIT = /^\p{Nd}$/u;
const SPECIAL_NAMES = '@*#?-$!0';

interface Scanned {
  readonly text: string;
  readonly words: readonly string[];
}

class WordReader {
  readonly #word: string;
  readonly #rules: WordRules;
  readonly #budget: WorkBudget;
  readonly #matched = new Set<string>();
  readonly #unmatched = new Set<string>();
  #at = 0;
  #depth = 0;
  #keepEscapes: boolean;

  constructor(word: string, rules: WordRules) {
    this.#word = word;
    this.#rules = rules;
    this.#keepEscapes = rules.keepEscapes === true;
    this.#budget = rules.budget ?? new WorkBudget();
  }

  expand(): Expansion {
    this.#budget.spend(this.#word.length);
    const { text, words } = this.#readUntil(undefined, this.#keepEscapes);
    return { text, words, matched: this.#matched, unmatched: this.#unmatched };
  }

  #peek(): string | undefined {
    const code = this.#word.codePointAt(this.#at);
    return code === undefined ? undefined : String.fromCodePoint(code);
  }

  #next(): string | undefined {
    const character = this.#peek();
    this.#at += character?.length ?? 0;
    return character;
  }

  /** Up to `stop`, which is taken, or the end. */
  #readUntil(stop: string | undefined, keepEscapes: boolean): Scanned {
    if (++this.#depth > MAX_DEPTH) throw invalidArgument('substitutions are nested too deeply');
    const before = this.#keepEscapes;
    this.#keepEscapes = keepEscapes;
    const collected = new WordCollector();
    try {
      for (let peeked = this.#peek(); peeked !== undefined; peeked = this.#peek()) {
        if (peeked === stop) {
          this.#next();
          return collected.finish();
        }
        this.#readPiece(peeked, collected);
      }
    } finally {
      this.#keepEscapes = before;
      this.#depth--;
    }
    if (stop === undefined) return collected.finish();
    throw invalidArgument(`unexpected end of statement while looking for matching ${stop}`);
  }

  #readPiece(peeked: string, collected: WordCollector): void {
    const hasQuotes = this.#rules.ignoreQuotes !== true;
    if (peeked === '$') collected.addLoose(this.#readDollar());
    else if (hasQuotes && peeked === "'") collected.addFirm(this.#readSingleQuotes());
    else if (hasQuotes && peeked === '"') collected.addFirm(this.#readDoubleQuotes());
    else if (peeked === this.#rules.escape) {
      this.#next();
      if (this.#keepEscapes) collected.addFirm(peeked);
      collected.addFirm(this.#next() ?? '');
    } else {
      this.#next();
      collected.addLoose(peeked);
    }
  }

  #readSingleQuotes(): string {
    const end = this.#word.indexOf("'", this.#at + 1);
    if (end < 0) throw invalidArgument('unexpected end of statement while looking for matching single-quote');
    const keep = this.#rules.keepQuotes === true ? 1 : 0;
    const text = this.#word.slice(this.#at + 1 - keep, end + keep);
    this.#at = end + 1;
    return text;
  }

  #readDoubleQuotes(): string {
    const quote = this.#rules.keepQuotes === true ? '"' : '';
    const { escape } = this.#rules;
    let text = quote;
    this.#next();
    for (;;) {
      const peeked = this.#peek();
      if (peeked === undefined) {
        throw invalidArgument('unexpected end of statement while looking for matching double-quote');
      }
      if (peeked === '$') {
        text += this.#readDollar();
        continue;
      }
      this.#next();
      if (peeked === '"') return text + quote;
      if (peeked !== escape) {
        text += peeked;
        continue;
      }
      if (this.#keepEscapes) text += peeked;
      const after = this.#peek();
      if (after === undefined) continue;
      // Before all others, the escape is a character like any other.
      text += after === '"' || after === '$' || after === escape ? (this.#next() ?? '') : peeked;
    }
  }

  #readDollar(): string {
    this.#next();
    if (this.#peek() !== '{') {
      const name = this.#readName();
      if (name === '') return '$';
      return this.#value(name) ?? (this.#rules.keepUnset === true ? `$${name}` : '');
    }
    this.#next();
    const peeked = this.#peek();
    if (peeked === undefined) throw invalidArgument("syntax error: missing '}'");
    if ('{}:'.includes(peeked)) throw invalidArgument('syntax error: bad substitution');
    const name = this.#readName();
    const operator = this.#next() ?? '\ufffd';
    if (operator === '}') return this.#value(name) ?? (this.#rules.keepUnset === true ? `\${${name}}` : '');
    if (operator === '/') return this.#replace(name);
    if (operator === ':') return this.#choose(name, this.#next() ?? '\ufffd', true);
    if ('+-?#%'.includes(operator)) return this.#choose(name, operator, false);
    throw unsupported(operator);
  }

  /** What an operator makes of a variable and the word after it. `emptyIsUnset` is the colon. */
  #choose(name: string, operator: string, emptyIsUnset: boolean): string {
    const written = emptyIsUnset ? `:${operator}` : operator;
    const word = this.#readPart('}', operator === '#' || operator === '%', "syntax error: missing '}'");
    const value = this.#value(name);
    if (value === undefined && this.#rules.keepUnset === true) return `\${${name}${written}${word}}`;
    const isMissing = value === undefined || (emptyIsUnset && value === '');
    switch (operator) {
      case '-':
        return isMissing ? word : value;
      case '+':
        return isMissing ? '' : word;
      case '?':
        if (!isMissing) return value;
        throw invalidArgument(`${name}: ${word || `is not allowed to be ${value === undefined ? 'unset' : 'empty'}`}`);
      case '#':
      case '%': {
        const isLongest = word.startsWith(operator);
        const pattern = parseShellPattern(isLongest ? word.slice(1) : word);
        const trim = operator === '#' ? trimPrefix : trimSuffix;
        return trim(pattern, value ?? '', isLongest, this.#budget);
      }
      default:
        throw unsupported(written);
    }
  }

  #replace(name: string): string {
    const isAll = this.#peek() === '/';
    if (isAll) this.#next();
    const pattern = this.#readPart('/', true, "syntax error: missing '/' in ${}");
    const replacement = this.#readPart('}', true, "syntax error: missing '}'");
    const value = this.#value(name);
    if (value === undefined && this.#rules.keepUnset === true) return `\${${name}/${pattern}/${replacement}}`;
    return replaceMatches(parseShellPattern(pattern), value ?? '', replacement, isAll, this.#budget);
  }

  #readPart(stop: string, keepEscapes: boolean, atEnd: string): string {
    try {
      return this.#readUntil(stop, keepEscapes).text;
    } catch (error) {
      if (isEngineError(error) && this.#peek() === undefined) throw invalidArgument(atEnd, error);
      throw error;
    }
  }

  #value(name: string): string | undefined {
    const value = this.#rules.variables.get(name);
    (value === undefined ? this.#unmatched : this.#matched).add(name);
    this.#budget.spend(value?.length ?? 0);
    return value;
  }

  /** Letters, digits and underscores; a number stands for itself, and a shell's special characters are names, too. */
  #readName(): string {
    const first = this.#peek();
    if (first === undefined) return '';
    if (SPECIAL_NAMES.includes(first) && !DIGIT.test(first)) return this.#next() ?? '';
    const accepted = DIGIT.test(first) ? DIGIT : LETTER;
    const start = this.#at;
    for (let peeked = this.#peek(); peeked !== undefined && accepted.test(peeked); peeked = this.#peek()) this.#next();
    return this.#word.slice(start, this.#at);
  }
}

/** The text, and beside it the words that its loose blanks make. */
class WordCollector {
  #text = '';
  #word = '';
  readonly #words: string[] = [];

  /** Splits at blanks. */
  addLoose(text: string): void {
    this.#text += text;
    if (!BLANK.test(text)) {
      this.#word += text;
      return;
    }
    for (const character of text) {
      if (isSpace(character)) this.#endWord();
      else this.#word += character;
    }
  }

  addFirm(text: string): void {
    this.#text += text;
    this.#word += text;
  }

  finish(): Scanned {
    this.#endWord();
    return { text: this.#text, words: this.#words };
  }

  #endWord(): void {
    if (this.#word !== '') this.#words.push(this.#word);
    this.#word = '';
  }
}

function unsupported(operator: string): Error {
  return invalidArgument(`unsupported modifier (${operator}) in substitution`);
}
