import { invalidArgument } from '../../errors/engine-error.ts';

/**
 * What a shell makes of a word in a Dockerfile: quotes and backslashes go, `$name` and `${name}` (with `:-`, `:+`, `:?`
 * and their forms without a colon) become the variables' values. The result is one word, whatever they hold.
 * @throws invalid_argument with Docker's text for quotes and braces that do not end.
 */
export function expandWord(word: string, variables: ReadonlyMap<string, string>): string {
  const scanner = new Scanner(word, variables);
  return scanner.until('');
}

const NAME = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9@*#])/;

class Scanner {
  readonly #word: string;
  readonly #variables: ReadonlyMap<string, string>;
  #at = 0;

  constructor(word: string, variables: ReadonlyMap<string, string>) {
    this.#word = word;
    this.#variables = variables;
  }

  /** Up to and over `stop`; the end of the word where that is empty. */
  until(stop: string): string {
    let result = '';
    while (this.#at < this.#word.length) {
      const character = this.#word.charAt(this.#at);
      if (character === stop) break;
      if (character === "'") result += this.#singleQuoted();
      else if (character === '"') result += this.#doubleQuoted();
      else if (character === '$') result += this.#variable();
      else if (character === '\\') {
        result += this.#word.charAt(this.#at + 1);
        this.#at += 2;
      } else {
        result += character;
        this.#at++;
      }
    }
    return result;
  }

  #singleQuoted(): string {
    const end = this.#word.indexOf("'", this.#at + 1);
    if (end < 0) throw this.#broken('unexpected end of statement while looking for matching single-quote');
    const text = this.#word.slice(this.#at + 1, end);
    this.#at = end + 1;
    return text;
  }

  #doubleQuoted(): string {
    let result = '';
    this.#at++;
    while (this.#at < this.#word.length) {
      const character = this.#word.charAt(this.#at);
      if (character === '"') {
        this.#at++;
        return result;
      }
      if (character === '$') {
        result += this.#variable();
        continue;
      }
      const next = this.#word.charAt(this.#at + 1);
      // Before anything else a backslash stands for itself.
      const isEscape = character === '\\' && ['"', '$', '\\'].includes(next);
      result += isEscape ? next : character;
      this.#at += isEscape ? 2 : 1;
    }
    throw this.#broken('unexpected end of statement while looking for matching double-quote');
  }

  #variable(): string {
    this.#at++;
    if (this.#word.charAt(this.#at) === '{') return this.#braced();
    const name = this.#name();
    return name === '' ? '$' : (this.#variables.get(name) ?? '');
  }

  #braced(): string {
    this.#at++;
    if (this.#at >= this.#word.length) throw this.#broken("syntax error: missing '}'");
    const name = this.#name();
    if (name === '') throw this.#broken('syntax error: bad substitution');
    const value = this.#variables.get(name);
    const [operator = ''] = /^:?[-+?]|^\}/.exec(this.#word.slice(this.#at)) ?? [];
    this.#at += operator.length;
    if (operator === '}') return value ?? '';
    if (operator === '') {
      const isEnd = this.#at >= this.#word.length;
      throw this.#broken(
        isEnd ? "syntax error: missing '}'" : `unsupported modifier (${this.#word.charAt(this.#at)}) in substitution`,
      );
    }
    const alternative = this.until('}');
    if (this.#at >= this.#word.length) throw this.#broken("syntax error: missing '}'");
    this.#at++;
    return this.#substitute(name, value, operator, alternative);
  }

  #substitute(name: string, value: string | undefined, operator: string, alternative: string): string {
    const isSet = value !== undefined && (value !== '' || !operator.startsWith(':'));
    if (operator.endsWith('+')) return isSet ? alternative : '';
    if (isSet) return value;
    if (operator.endsWith('-')) return alternative;
    throw this.#broken(`${name}: ${alternative === '' ? 'not allowed to be unset' : alternative}`);
  }

  #name(): string {
    const [name = ''] = NAME.exec(this.#word.slice(this.#at)) ?? [];
    this.#at += name.length;
    return name;
  }

  #broken(reason: string): Error {
    return invalidArgument(`failed to process ${JSON.stringify(this.#word)}: ${reason}`);
  }
}
