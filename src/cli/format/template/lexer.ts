import { TemplateError } from './template-error.ts';

export type TokenKind =
  | 'text'
  | 'left-delim'
  | 'right-delim'
  | 'space'
  | 'field'
  | 'variable'
  | 'identifier'
  | 'keyword'
  | 'dot'
  | 'nil'
  | 'bool'
  | 'number'
  | 'char-constant'
  | 'string'
  | 'raw-string'
  | 'pipe'
  | 'assign'
  | 'declare'
  | 'char'
  | 'left-paren'
  | 'right-paren'
  | 'eof';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Offset in the template's text. */
  readonly position: number;
  readonly line: number;
}

const keywords = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with']);

/**
 * Cuts a template into tokens. An error found at some token is thrown only when the parser gets there, as Go's
 * concurrent lexer does: the parser's own complaint about an earlier token comes first.
 */
export function* lex(name: string, text: string): Generator<Token, void> {
  const lexer = new Lexer(name, text);
  yield* lexer.run();
}

class Lexer {
  readonly #name: string;
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(name: string, text: string) {
    this.#name = name;
    this.#text = text;
  }

  *run(): Generator<Token, void> {
    for (;;) {
      const open = this.#text.indexOf('{{', this.#at);
      if (open < 0) break;
      const trims = hasTrimMarkerAfter(this.#text, open + 2);
      const literal = this.#text.slice(this.#at, open);
      const kept = trims ? literal.replace(/[ \t\r\n]+$/, '') : literal;
      if (kept !== '') yield this.#token('text', kept, this.#at);
      this.#advance(open);
      const afterMarker = open + 2 + (trims ? 2 : 0);
      if (this.#text.startsWith('/*', afterMarker)) {
        this.#skipComment(afterMarker);
        continue;
      }
      yield this.#token('left-delim', '{{', open);
      this.#advance(afterMarker);
      yield* this.#action();
    }
    const rest = this.#text.slice(this.#at);
    if (rest !== '') yield this.#token('text', rest, this.#at);
    this.#advance(this.#text.length);
    yield this.#token('eof', '', this.#at);
  }

  #skipComment(start: number): void {
    const close = this.#text.indexOf('*/', start + 2);
    if (close < 0) throw this.#error('unclosed comment');
    let end = close + 2;
    const trims = this.#text[end] !== undefined && isSpace(this.#text[end] ?? '') && this.#text[end + 1] === '-';
    if (trims) end += 2;
    if (!this.#text.startsWith('}}', end)) throw this.#error('comment ends before closing delimiter');
    this.#advance(end + 2);
    if (trims) this.#skipSpaces();
  }

  *#action(): Generator<Token, void> {
    let parentheses = 0;
    for (;;) {
      const start = this.#at;
      const trims =
        isSpace(this.#text[start] ?? '') && this.#text[start + 1] === '-' && this.#text.startsWith('}}', start + 2);
      if (trims || this.#text.startsWith('}}', start)) {
        if (parentheses > 0) throw this.#error('unclosed left paren');
        const end = start + (trims ? 4 : 2);
        yield this.#token('right-delim', '}}', start);
        this.#advance(end);
        if (trims) this.#skipSpaces();
        return;
      }
      const token = this.#insideAction();
      if (token.kind === 'left-paren') parentheses++;
      if (token.kind === 'right-paren' && --parentheses < 0) throw this.#error('unexpected right paren');
      yield token;
      this.#advance(start + token.text.length);
    }
  }

  #insideAction(): Token {
    const rest = this.#text.slice(this.#at);
    const first = rest[0];
    if (first === undefined) throw this.#error('unclosed action');
    if (isSpace(first)) return this.#trimmedSpace(rest);
    if (first === '=') return this.#here('assign', '=');
    if (first === ':') {
      if (rest[1] !== '=') throw this.#error('expected :=');
      return this.#here('declare', ':=');
    }
    if (first === '|') return this.#here('pipe', '|');
    if (first === '"') return this.#quoted(rest, '"', 'string', 'unterminated quoted string');
    if (first === "'") return this.#quoted(rest, "'", 'char-constant', 'unterminated character constant');
    if (first === '`') {
      const close = rest.indexOf('`', 1);
      if (close < 0) throw this.#error('unterminated raw quoted string');
      return this.#here('raw-string', rest.slice(0, close + 1));
    }
    if (first === '(') return this.#here('left-paren', '(');
    if (first === ')') return this.#here('right-paren', ')');
    if (first === '$' || (first === '.' && !/[0-9]/.test(rest[1] ?? ''))) return this.#fieldOrVariable(rest, first);
    if (/[+\-0-9.]/.test(first)) return this.#number(rest);
    const word = /^[\p{L}\p{Nd}_]+/u.exec(rest)?.[0];
    if (word !== undefined) return this.#word(rest, word);
    const codePoint = rest.codePointAt(0) ?? 0;
    if (codePoint > 0x20 && codePoint < 0x7f) return this.#here('char', first);
    throw this.#error(`unrecognized character in action: ${unicodeName(codePoint)}`);
  }

  /** A space that belongs to a right trim marker is not part of the run of spaces. */
  #trimmedSpace(rest: string): Token {
    let length = /^[ \t\r\n]+/.exec(rest)?.[0].length ?? 0;
    if (rest.startsWith('-}}', length)) length--;
    return this.#here('space', rest.slice(0, length));
  }

  #fieldOrVariable(rest: string, first: string): Token {
    const word = /^[\p{L}\p{Nd}_]*/u.exec(rest.slice(1))?.[0] ?? '';
    this.#requireTerminator(rest, 1 + word.length);
    if (word === '' && first === '.') return this.#here('dot', '.');
    return this.#here(first === '.' ? 'field' : 'variable', first + word);
  }

  #word(rest: string, word: string): Token {
    this.#requireTerminator(rest, word.length);
    if (keywords.has(word)) return this.#here('keyword', word);
    if (word === 'nil') return this.#here('nil', word);
    return this.#here(word === 'true' || word === 'false' ? 'bool' : 'identifier', word);
  }

  #number(rest: string): Token {
    const match = /^[+-]?(0[xX][0-9a-fA-F_]*|0[bB][01_]+|0[oO][0-7_]+|[0-9_]*\.?[0-9_]*([eE][+-]?[0-9_]+)?)/.exec(rest);
    const text = match?.[0] ?? '';
    const next = rest.slice(text.length).match(/^[\p{L}\p{Nd}_]/u);
    if (next !== null) throw this.#error(`bad number syntax: ${JSON.stringify(rest.slice(0, text.length + 1))}`);
    return this.#here('number', text);
  }

  #quoted(rest: string, quote: string, kind: TokenKind, complaint: string): Token {
    for (let index = 1; index < rest.length; index++) {
      const character = rest[index];
      if (character === '\\') index++;
      else if (character === '\n') break;
      else if (character === quote) return this.#here(kind, rest.slice(0, index + 1));
    }
    throw this.#error(complaint);
  }

  #requireTerminator(rest: string, length: number): void {
    const next = rest.slice(length);
    if (next === '' || /^([ \t\r\n.,|:)(]|\}\})/.test(next)) return;
    throw this.#error(`bad character ${unicodeName(next.codePointAt(0) ?? 0)}`);
  }

  #here(kind: TokenKind, text: string): Token {
    return this.#token(kind, text, this.#at);
  }

  #token(kind: TokenKind, text: string, position: number): Token {
    return { kind, text, position, line: this.#line };
  }

  #advance(to: number): void {
    for (let index = this.#at; index < to; index++) if (this.#text[index] === '\n') this.#line++;
    this.#at = to;
  }

  #skipSpaces(): void {
    const spaces = /^[ \t\r\n]*/.exec(this.#text.slice(this.#at))?.[0].length ?? 0;
    this.#advance(this.#at + spaces);
  }

  #error(message: string): TemplateError {
    return new TemplateError(`template: ${this.#name}:${this.#line}: ${message}`);
  }
}

function hasTrimMarkerAfter(text: string, at: number): boolean {
  return text[at] === '-' && isSpace(text[at + 1] ?? '');
}

function isSpace(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\n';
}

/** As Go's `%#U`: `U+0022 '"'`. */
function unicodeName(codePoint: number): string {
  const hex = codePoint.toString(16).toUpperCase().padStart(4, '0');
  return codePoint >= 0x20 && codePoint !== 0x7f ? `U+${hex} '${String.fromCodePoint(codePoint)}'` : `U+${hex}`;
}
