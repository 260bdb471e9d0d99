import { goQuote } from '../../../lib/go-quote.ts';
import { lex, type Token } from './lexer.ts';

/** The tokens of a template, with as much looking ahead and putting back as the parser needs. */
export class TokenStream {
  readonly #tokens: Generator<Token, void>;
  readonly #pushedBack: Token[] = [];
  #line = 1;

  constructor(name: string, text: string) {
    this.#tokens = lex(name, text);
  }

  /** The line of the token that was read last. */
  get line(): number {
    return this.#line;
  }

  /** After the end, more of the end. */
  next(): Token {
    const pushed = this.#pushedBack.pop();
    if (pushed !== undefined) return pushed;
    const { value } = this.#tokens.next();
    if (value === undefined) return { kind: 'eof', text: '', position: 0, line: this.#line };
    this.#line = value.line;
    return value;
  }

  nextNonSpace(): Token {
    for (;;) {
      const token = this.next();
      if (token.kind !== 'space') return token;
    }
  }

  peek(): Token {
    const token = this.next();
    this.pushBack(token);
    return token;
  }

  /** Spaces before the token are lost. */
  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.pushBack(token);
    return token;
  }

  /** What is pushed back last comes first. */
  pushBack(token: Token): void {
    this.#pushedBack.push(token);
  }
}

/** The token as error messages show it. */
export function tokenText(token: Token): string {
  if (token.kind === 'eof') return 'EOF';
  if (token.kind === 'keyword' || token.kind === 'dot' || token.kind === 'nil') return `<${token.text}>`;
  return token.text.length > 10 ? `${goQuote(token.text.slice(0, 10))}...` : goQuote(token.text);
}
