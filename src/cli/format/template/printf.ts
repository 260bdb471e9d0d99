import { goQuote } from './go-quote.ts';
import { goExponent, printFloat, printValue } from './print-value.ts';
import { GoDuration, GoList, GoMap, GoNilPointer, type GoValue, JsonNumber, typeNameOf } from './values.ts';

interface Verb {
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  readonly letter: string;
}

const directive = /%([+\-# 0]*)(\*|\d+)?(?:\.(\*|\d*))?([\s\S])?/gu;

/** Go's fmt.Sprintf, complaints about wrong arguments included. */
export function sprintf(format: string, args: readonly GoValue[]): string {
  let used = 0;
  const takeNumber = (text: string | undefined): number | undefined => {
    if (text !== '*') return text === undefined ? undefined : Number(text);
    const value = args[used++];
    return typeof value === 'bigint' ? Number(value) : undefined;
  };
  const out = format.replace(
    directive,
    (_whole, flags: string, width?: string, precision?: string, letter?: string) => {
      const widthValue = takeNumber(width);
      const precisionValue = takeNumber(precision);
      if (letter === undefined) return '%!(NOVERB)';
      if (letter === '%') return '%';
      if (used >= args.length) return `%!${letter}(MISSING)`;
      const negative = widthValue !== undefined && widthValue < 0;
      const verb: Verb = {
        flags: negative ? `${flags}-` : flags,
        width: widthValue === undefined ? undefined : Math.abs(widthValue),
        precision: precisionValue,
        letter,
      };
      return formatVerb(verb, args[used++]);
    },
  );
  if (used >= args.length) return out;
  const extra = args
    .slice(used)
    .map((arg) => (arg === null || arg === undefined ? '<nil>' : `${typeNameOf(arg)}=${printValue(arg)}`));
  return `${out}%!(EXTRA ${extra.join(', ')})`;
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
      return pad(verb.flags.includes('#') && !text.includes('`') ? `\`${text}\`` : goQuote(text), verb);
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
      return pad(signed(verb, value.toFixed(verb.precision ?? 6)), verb);
    case 'e':
    case 'E': {
      const text = goExponent(value.toExponential(verb.precision ?? 6));
      return pad(signed(verb, verb.letter === 'E' ? text.toUpperCase() : text), verb);
    }
    case 'g':
    case 'G':
      return pad(
        signed(verb, verb.precision === undefined ? printFloat(value) : shortFloat(value, verb.precision)),
        verb,
      );
    default:
      return undefined;
  }
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
