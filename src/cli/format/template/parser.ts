import { goQuote, goUnquote } from '../../../lib/go-quote.ts';
import type { Token, TokenKind } from './lexer.ts';
import { type Branch, type Command, nodeText, type Operand, type Pipeline, type Statement } from './nodes.ts';
import { TemplateError } from './template-error.ts';
import { TokenStream, tokenText } from './token-stream.ts';

const UNSIGNED_LIMIT = 2n ** 64n - 1n;

const operandKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'char-constant',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'raw-string',
  'string',
  'variable',
  'left-paren',
]);

export interface ParsedTemplate {
  readonly statements: readonly Statement[];
  /** What `{{define}}` and `{{block}}` defined, by name. */
  readonly definitions: ReadonlyMap<string, readonly Statement[]>;
}

/** Parses a template; throws TemplateError with Go's words. `functions` are the names that a template may call. */
export function parseTemplate(name: string, text: string, functions: ReadonlySet<string>): ParsedTemplate {
  return new Parser(name, text, functions).parse();
}

type ListEnd = 'eof' | 'end' | 'else';

class Parser {
  readonly #name: string;
  readonly #functions: ReadonlySet<string>;
  readonly #tokens: TokenStream;
  #variables: string[] = ['$'];
  readonly #definitions = new Map<string, readonly Statement[]>();
  #rangeDepth = 0;

  constructor(name: string, text: string, functions: ReadonlySet<string>) {
    this.#name = name;
    this.#functions = functions;
    this.#tokens = new TokenStream(name, text);
  }

  parse(): ParsedTemplate {
    const statements: Statement[] = [];
    const end = this.#statements(statements, true);
    if (end !== 'eof') throw this.#error(`unexpected {{${end}}}`);
    return { statements, definitions: this.#definitions };
  }

  /** Reads up to `{{end}}`, `{{else…` or the end of the template; only at the top may other templates be defined. */
  #statements(into: Statement[], isTop = false): ListEnd {
    for (;;) {
      const token = this.#tokens.next();
      if (token.kind === 'eof') return 'eof';
      if (token.kind === 'text') {
        into.push({ kind: 'text', text: token.text });
        continue;
      }
      if (token.kind !== 'left-delim') throw this.#unexpected(token, 'input');
      if (isTop && this.#tokens.peekNonSpace().text === 'define') {
        this.#tokens.nextNonSpace();
        this.#define(this.#templateName('define clause').name, 'define clause', true);
        continue;
      }
      const statement = this.#action();
      if (statement === 'end' || statement === 'else') return statement;
      into.push(statement);
    }
  }

  #action(): Statement | 'end' | 'else' {
    const token = this.#tokens.peekNonSpace();
    if (token.kind === 'keyword') {
      switch (token.text) {
        case 'if':
        case 'range':
        case 'with':
          this.#tokens.nextNonSpace();
          return this.#branch(token.text, token.position);
        case 'template':
        case 'block':
          this.#tokens.nextNonSpace();
          return this.#inclusion(token.text);
        case 'end':
          this.#tokens.nextNonSpace();
          this.#expect('right-delim', 'end');
          return 'end';
        case 'else':
          return this.#else();
        case 'break':
        case 'continue':
          this.#tokens.nextNonSpace();
          if (this.#rangeDepth === 0) throw this.#error(`{{${token.text}}} outside {{range}}`);
          this.#expect('right-delim', token.text);
          return { kind: token.text, position: token.position };
        default:
      }
    }
    return { kind: 'action', position: token.position, pipeline: this.#pipeline('command', 'right-delim') };
  }

  #inclusion(keyword: 'template' | 'block'): Statement {
    const context = `${keyword} clause`;
    const { name, position } = this.#templateName(context);
    const isBare = keyword === 'template' && this.#tokens.peekNonSpace().kind === 'right-delim';
    if (isBare) this.#tokens.nextNonSpace();
    const pipeline = isBare ? undefined : this.#pipeline(context, 'right-delim');
    if (keyword === 'block') this.#define(name, context, false);
    return { kind: 'template', position, name, pipeline };
  }

  #templateName(context: string): { name: string; position: number } {
    const token = this.#tokens.nextNonSpace();
    if (token.kind !== 'string' && token.kind !== 'raw-string') throw this.#unexpected(token, context);
    const name = goUnquote(token.text);
    if (name === undefined) throw this.#error('invalid syntax');
    return { name, position: token.position };
  }

  /** Reads a template's text up to its `{{end}}`. The variables around it are not seen inside. */
  #define(name: string, context: string, hasDelimiter: boolean): void {
    if (hasDelimiter) this.#expect('right-delim', context);
    const outer = this.#variables;
    const outerDepth = this.#rangeDepth;
    this.#variables = ['$'];
    this.#rangeDepth = 0;
    const body: Statement[] = [];
    const end = this.#statements(body);
    this.#variables = outer;
    this.#rangeDepth = outerDepth;
    if (end === 'eof') throw this.#error('unexpected EOF');
    if (end !== 'end') throw this.#error(`unexpected {{${end}}} in ${context}`);
    this.#definitions.set(name, body);
  }

  #else(): 'else' {
    this.#tokens.nextNonSpace();
    const next = this.#tokens.peekNonSpace();
    if (next.kind === 'keyword' && (next.text === 'if' || next.text === 'with')) return 'else';
    this.#expect('right-delim', 'else');
    return 'else';
  }

  #branch(kind: Branch['kind'], position: number): Branch {
    const outerVariables = this.#variables.length;
    const pipeline = this.#pipeline(kind, 'right-delim');
    if (kind === 'range') this.#rangeDepth++;
    const body: Statement[] = [];
    const end = this.#statements(body);
    if (kind === 'range') this.#rangeDepth--;
    if (end === 'eof') throw this.#error('unexpected EOF');
    const otherwise = end === 'else' ? this.#otherwise(kind) : undefined;
    this.#variables.length = outerVariables;
    return { kind, position, pipeline, body, otherwise };
  }

  #otherwise(kind: Branch['kind']): Statement[] {
    const next = this.#tokens.peekNonSpace();
    if (kind !== 'range' && next.kind === 'keyword' && next.text === kind) {
      this.#tokens.nextNonSpace();
      return [this.#branch(kind, next.position)];
    }
    const otherwise: Statement[] = [];
    const end = this.#statements(otherwise);
    if (end === 'eof') throw this.#error('unexpected EOF');
    if (end !== 'end') throw this.#error(`expected end; found {{${end}}}`);
    return otherwise;
  }

  #pipeline(context: string, end: TokenKind): Pipeline {
    const position = this.#tokens.peekNonSpace().position;
    const { declares, assigns } = this.#declarations(context);
    const commands: Command[] = [];
    for (;;) {
      const token = this.#tokens.nextNonSpace();
      if (token.kind === end) break;
      if (!operandKinds.has(token.kind)) throw this.#unexpected(token, context);
      this.#tokens.pushBack(token);
      commands.push(this.#command());
    }
    if (commands.length === 0) throw this.#error(`missing value for ${context}`);
    commands.slice(1).forEach((command, index) => {
      if (['bool', 'dot', 'nil', 'number', 'string'].includes(command.operands[0]?.kind ?? '')) {
        throw this.#error(`non executable command in pipeline stage ${index + 2}`);
      }
    });
    return { kind: 'pipeline', position, declares, assigns, commands };
  }

  #declarations(context: string): { declares: string[]; assigns: boolean } {
    const declares: string[] = [];
    for (;;) {
      const variable = this.#tokens.peekNonSpace();
      if (variable.kind !== 'variable') return { declares, assigns: false };
      this.#tokens.next();
      const after = this.#tokens.next();
      const next = after.kind === 'space' ? this.#tokens.nextNonSpace() : after;
      const isComma = next.kind === 'char' && next.text === ',';
      if (next.kind !== 'assign' && next.kind !== 'declare' && !isComma) {
        this.#tokens.pushBack(next);
        if (after.kind === 'space') this.#tokens.pushBack(after);
        this.#tokens.pushBack(variable);
        return { declares, assigns: false };
      }
      declares.push(variable.text);
      this.#variables.push(variable.text);
      if (!isComma) return { declares, assigns: next.kind === 'assign' };
      if (context !== 'range' || declares.length >= 2) throw this.#error(`too many declarations in ${context}`);
      if (!['variable', 'right-delim', 'right-paren'].includes(this.#tokens.peekNonSpace().kind)) {
        throw this.#error('range can only initialize variables');
      }
    }
  }

  #command(): Command {
    const position = this.#tokens.peekNonSpace().position;
    const operands: Operand[] = [];
    for (;;) {
      this.#tokens.peekNonSpace();
      const operand = this.#operand();
      if (operand !== undefined) operands.push(operand);
      const token = this.#tokens.next();
      if (token.kind === 'space') continue;
      if (token.kind === 'pipe') break;
      if (token.kind !== 'right-delim' && token.kind !== 'right-paren') throw this.#unexpected(token, 'operand');
      this.#tokens.pushBack(token);
      break;
    }
    if (operands.length === 0) throw this.#error('empty command');
    return { kind: 'command', position, operands };
  }

  #operand(): Operand | undefined {
    const base = this.#term();
    if (base === undefined || this.#tokens.peek().kind !== 'field') return base;
    const position = this.#tokens.peek().position;
    const names: string[] = [];
    while (this.#tokens.peek().kind === 'field') names.push(this.#tokens.next().text.slice(1));
    switch (base.kind) {
      case 'field':
      case 'variable':
        return { ...base, position, names: [...base.names, ...names] };
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        throw this.#error(`unexpected . after term ${goQuote(nodeText(base))}`);
      default:
        return { kind: 'chain', position, base, names };
    }
  }

  #term(): Operand | undefined {
    const token = this.#tokens.nextNonSpace();
    const { position, text } = token;
    switch (token.kind) {
      case 'identifier':
        if (!this.#functions.has(text)) throw this.#error(`function ${goQuote(text)} not defined`);
        return { kind: 'identifier', position, name: text };
      case 'dot':
      case 'nil':
        return { kind: token.kind, position };
      case 'variable':
        this.#useVariable(text);
        return { kind: 'variable', position, name: text, names: [] };
      case 'field':
        return { kind: 'field', position, names: [text.slice(1)] };
      case 'bool':
        return { kind: 'bool', position, value: text === 'true' };
      case 'number':
      case 'char-constant':
        return { kind: 'number', position, text, value: this.#numberValue(token) };
      case 'string':
      case 'raw-string': {
        const value = goUnquote(text);
        if (value === undefined) throw this.#error('invalid syntax');
        return { kind: 'string', position, text, value };
      }
      case 'left-paren':
        return this.#pipeline('parenthesized pipeline', 'right-paren');
      default:
        this.#tokens.pushBack(token);
        return undefined;
    }
  }

  #numberValue(token: Token): bigint | number {
    if (token.kind === 'char-constant') {
      const text = goUnquote(token.text);
      if (text === undefined || Array.from(text).length !== 1)
        throw this.#error(`malformed character constant: ${token.text}`);
      return BigInt(text.codePointAt(0) ?? 0);
    }
    const text = token.text.replaceAll('_', '');
    const sign = text.startsWith('-') ? -1n : 1n;
    const digits = text.replace(/^[+-]/, '');
    if (/^0[0-7]+$/.test(digits)) return sign * BigInt(`0o${digits.slice(1)}`);
    if (/^(0[xXbBoO][0-9a-fA-F]+|0|[1-9][0-9]*)$/.test(digits)) {
      const integer = BigInt(digits);
      if (integer > UNSIGNED_LIMIT) throw this.#error(`integer overflow: ${goQuote(token.text)}`);
      return sign * integer;
    }
    const value = Number(text);
    if (/^[0-9]+$/.test(digits)) throw this.#error(`integer overflow: ${goQuote(token.text)}`);
    if (digits === '' || Number.isNaN(value)) throw this.#error(`illegal number syntax: ${goQuote(token.text)}`);
    return value;
  }

  #useVariable(name: string): void {
    if (!this.#variables.includes(name)) throw this.#error(`undefined variable ${goQuote(name)}`);
  }

  #expect(kind: TokenKind, context: string): void {
    const token = this.#tokens.nextNonSpace();
    if (token.kind !== kind) throw this.#unexpected(token, context);
  }

  #unexpected(token: Token, context: string): TemplateError {
    return this.#error(`unexpected ${tokenText(token)} in ${context}`);
  }

  #error(message: string): TemplateError {
    return new TemplateError(`template: ${this.#name}:${this.#tokens.line}: ${message}`);
  }
}
