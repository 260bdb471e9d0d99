import { goQuote } from '../../../lib/go-quote.ts';
import { goExponent, printFloat, printValue } from './print-value.ts';
import { GoDuration, GoList, GoMap, GoNilPointer, type GoValue, JsonNumber, typeNameOf } from './values.ts';

interface Verb {
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  readonly letter: string;
}

const directive = /%([+\-# 0]*)(\*|\d+)?(?:\.(\*|\d*))?(?:\[(\d+)\])?([\s\S])?/gu;

/** Go's fmt.Sprintf, complaints about wrong arguments included. */
export function sprintf(format: string, args: readonly GoValue[]): string {
  const cursor = new Arguments(args);
  const out = format.replace(directive, (_whole, ...groups: (string | undefined)[]) => {
    const [flags = '', width, precision, index, letter] = groups;
    const widthValue = cursor.number(width);
    const precisionValue = cursor.number(precision);
    if (letter === undefined) return '%!(NOVERB)';
    if (letter === '%') return '%';
    if (index !== undefined) cursor.moveTo(Number(index));
    if (cursor.isAtEnd) return index === undefined ? `%!${letter}(MISSING)` : `%!${letter}(BADINDEX)`;
    const isNegative = widthValue !== undefined && widthValue < 0;
    const verb: Verb = {
      flags: isNegative ? `${flags}-` : flags,
      width: widthValue === undefined ? undefined : Math.abs(widthValue),
      precision: precisionValue,
      letter,
    };
    return formatVerb(verb, cursor.next());
  });
  return out + cursor.extra();
}

class Arguments {
  readonly #args: readonly GoValue[];
  #at = 0;
  #wasMoved = false;

  constructor(args: readonly GoValue[]) {
    this.#args = args;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#args.length;
  }

  next(): GoValue {
    return this.#args[this.#at++];
  }

  /** A width or precision: written out, or `*` for the next argument. */
  number(text: string | undefined): number | undefined {
    if (text !== '*') return text === undefined ? undefined : Number(text);
    const value = this.next();
    return typeof value === 'bigint' ? Number(value) : undefined;
  }

  /** `%[2]d` takes the second argument, and the directives that follow go on from there. */
  moveTo(position: number): void {
    this.#at = position - 1;
    this.#wasMoved = true;
  }

  /** The complaint about arguments that nothing asked for. */
  extra(): string {
    if (this.isAtEnd || this.#wasMoved) return '';
    const shown = this.#args
      .slice(this.#at)
      .map((arg) => (arg === null || arg === undefined ? '<nil>' : `${typeNameOf(arg)}=${printValue(arg)}`));
    return `%!(EXTRA ${shown.join(', ')})`;
  }
}

function formatVerb(verb: Verb, value: GoValue): string {
  if (verb.letter === 'T') return pad(typeNameOf(value), verb);
  if (verb.letter === 'v') return formatPlain(verb, value);
  if (value === null || value === undefined) return `%!${verb.letter}(<nil>)`;
  if (value instanceof GoList && verb.letter !== 'p') {
    return `[${value.items.map((item) => formatVerb(verb, item)).join(' ')}]`;
  }
  if (value instanceof GoMap && verb.letter !== 'p') {
    const pairs = value
      .sortedKeys()
      .map((key) => `${formatVerb(verb, key)}:${formatVerb(verb, value.entries.get(key))}`);
    return `map[${pairs.join(' ')}]`;
  }
  return formatScalar(verb, value) ?? badVerb(verb, value);
}

function formatPlain(verb: Verb, value: GoValue): string {
  if (typeof value === 'bigint') return pad(value.toString(), verb);
  if (typeof value === 'number') return pad(printFloat(value), verb);
  const style = verb.flags.includes('#') ? 'source' : verb.flags.includes('+') ? 'named' : 'plain';
  const text = printValue(value, style);
  return pad(typeof value === 'string' ? truncated(verb, text) : text, verb);
}

/** Undefined when the verb does not suit the value. */
function formatScalar(verb: Verb, value: GoValue): string | undefined {
  if (value instanceof GoDuration) {
    return verb.letter === 's' ? pad(printValue(value), verb) : formatInteger(verb, value.nanoseconds);
  }
  if (value instanceof JsonNumber) return formatString(verb, value.text);
  switch (typeof value) {
    case 'string':
      return formatString(verb, value);
    case 'bigint':
      return formatInteger(verb, value);
    case 'number':
      return formatFloat(verb, value);
    case 'boolean':
      return verb.letter === 't' ? pad(String(value), verb) : undefined;
    default:
      return verb.letter === 's' && !(value instanceof GoNilPointer) ? pad(printValue(value), verb) : undefined;
  }
}

function formatString(verb: Verb, value: string): string | undefined {
  const text = truncated(verb, value);
  switch (verb.letter) {
    case 's':
      return pad(text, verb);
    case 'q':
      if (verb.flags.includes('#') && !text.includes('`')) return pad(`\`${text}\``, verb);
      return pad(verb.flags.includes('+') ? asciiOnly(goQuote(text)) : goQuote(text), verb);
    case 'x':
    case 'X': {
      const bytes = [...Buffer.from(text)].map((byte) => byte.toString(16).padStart(2, '0'));
      const hex = bytes.join(verb.flags.includes(' ') ? ' ' : '');
      return pad(verb.letter === 'X' ? hex.toUpperCase() : hex, verb);
    }
    default:
      return undefined;
  }
}

function asciiOnly(quoted: string): string {
  return quoted.replace(/[\u0080-\u{10ffff}]/gu, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16);
    return hex.length > 4 ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
  });
}

const bases: Readonly<Record<string, { radix: number; prefix: string }>> = {
  b: { radix: 2, prefix: '0b' },
  d: { radix: 10, prefix: '' },
  o: { radix: 8, prefix: '0' },
  O: { radix: 8, prefix: '0o' },
  x: { radix: 16, prefix: '0x' },
  X: { radix: 16, prefix: '0X' },
};

function formatInteger(verb: Verb, value: bigint): string | undefined {
  if (verb.letter === 'c') return pad(String.fromCodePoint(Number(value)), verb);
  if (verb.letter === 'q') return pad(goQuote(String.fromCodePoint(Number(value)), "'"), verb);
  if (verb.letter === 'U') return pad(`U+${value.toString(16).toUpperCase().padStart(4, '0')}`, verb);
  const base = bases[verb.letter];
  if (base === undefined) return undefined;
  const digits = (value < 0n ? -value : value).toString(base.radix).padStart(verb.precision ?? 0, '0');
  const cased = verb.letter === 'X' ? digits.toUpperCase() : digits;
  const prefix = verb.flags.includes('#') || verb.letter === 'O' ? base.prefix : '';
  return pad(signed(verb, `${value < 0n ? '-' : ''}${prefix}${cased}`), verb);
}

function formatFloat(verb: Verb, value: number): string | undefined {
  switch (verb.letter) {
    case 'f':
    case 'F':
      return pad(signed(verb, fixed(value, verb.precision ?? 6)), verb);
    case 'e':
    case 'E': {
      const text = goExponent(value.toExponential(verb.precision ?? 6));
      return pad(signed(verb, verb.letter === 'E' ? text.toUpperCase() : text), verb);
    }
    case 'g':
    case 'G': {
      const text = verb.precision === undefined ? printFloat(value) : shortFloat(value, verb.precision);
      return pad(signed(verb, verb.letter === 'G' ? text.toUpperCase() : text), verb);
    }
    default:
      return undefined;
  }
}

/** As toFixed, but what lies exactly in the middle goes to the even digit, as in Go. */
function fixed(value: number, digits: number): string {
  const rounded = value.toFixed(digits);
  const exact = Math.abs(value).toFixed(Math.min(100, digits + 30));
  const isTie = /^50+$/.test(exact.slice(exact.indexOf('.') + 1 + digits));
  if (!isTie || Number(rounded.at(-1)) % 2 === 0) return rounded;
  const kept = exact.slice(0, exact.indexOf('.') + (digits === 0 ? 0 : 1 + digits));
  return value < 0 ? `-${kept}` : kept;
}

function shortFloat(value: number, precision: number): string {
  const text = value.toPrecision(precision || 1);
  const trimmed = text.includes('.') ? text.replace(/\.?0+(e|$)/, '$1') : text;
  return goExponent(trimmed);
}

function signed(verb: Verb, text: string): string {
  if (/^[+-]/.test(text)) return text;
  if (verb.flags.includes('+')) return `+${text}`;
  return verb.flags.includes(' ') ? ` ${text}` : text;
}

function truncated(verb: Verb, text: string): string {
  return verb.precision === undefined ? text : Array.from(text).slice(0, verb.precision).join('');
}

function pad(text: string, verb: Verb): string {
  const missing = (verb.width ?? 0) - Array.from(text).length;
  if (missing <= 0) return text;
  if (verb.flags.includes('-')) return text + ' '.repeat(missing);
  if (!verb.flags.includes('0')) return ' '.repeat(missing) + text;
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + '0'.repeat(missing) + text.slice(sign.length);
}

function badVerb(verb: Verb, value: GoValue): string {
  return `%!${verb.letter}(${typeNameOf(value)}=${printValue(value)})`;
}
