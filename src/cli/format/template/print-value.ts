import { goQuote } from '../../../lib/go-quote.ts';
import { printTime } from '../print-time.ts';
import {
  GoDuration,
  GoList,
  GoMap,
  GoNilPointer,
  GoObject,
  type GoStruct,
  GoTime,
  type GoValue,
  JsonNumber,
} from './values.ts';

/** `plain` is `%v`, `named` is `%+v`, `source` is `%#v`. */
export type PrintStyle = 'plain' | 'named' | 'source';

/** Where Go would print an address, which differs from run to run, the pointed-to value is shown instead. */
export function printValue(value: GoValue, style: PrintStyle = 'plain'): string {
  if (value === undefined || value === null || value instanceof GoNilPointer) return '<nil>';
  if (typeof value === 'string') return style === 'source' ? goQuote(value) : value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return printFloat(value);
  if (value instanceof JsonNumber) return style === 'source' ? goQuote(value.text) : value.text;
  if (value instanceof GoDuration) {
    return style === 'source' ? String(value.nanoseconds) : printDuration(value.nanoseconds);
  }
  if (value instanceof GoTime) return printTime(value.text);
  const nested = (item: GoValue) => printValue(item, style);
  if (value instanceof GoList) {
    if (style !== 'source') return `[${value.items.map(nested).join(' ')}]`;
    return value.isNil ? `${value.typeName}(nil)` : `${value.typeName}{${value.items.map(nested).join(', ')}}`;
  }
  if (value instanceof GoMap) {
    const pairs = value.sortedKeys().map((key) => `${nested(key)}:${nested(value.entries.get(key))}`);
    if (style !== 'source') return `map[${pairs.join(' ')}]`;
    return value.isNil ? `${value.typeName}(nil)` : `${value.typeName}{${pairs.join(', ')}}`;
  }
  if (value instanceof GoObject) return `{${value.typeName}}`;
  return printStruct(value, style);
}

function printStruct(value: GoStruct, style: PrintStyle): string {
  const fields = [...value.fields].map(([name, field]) => {
    const text = printValue(field, style);
    return style === 'plain' ? text : `${name}:${text}`;
  });
  if (style === 'source') return `${value.isPointer ? '&' : ''}${value.typeName}{${fields.join(', ')}}`;
  return `{${fields.join(' ')}}`;
}

/** `%v` of a float64: the shortest text that reads back, with an exponent from 1e21 on and below 1e-4. */
export function printFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const magnitude = Math.abs(value);
  if (magnitude >= 1e21 || magnitude < 1e-4) return goExponent(value.toExponential());
  return String(value);
}

/** Go writes at least two digits of exponent. */
export function goExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** time.Duration's String: `1h2m3s`, `1.5ms`, `30s`. */
export function printDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const total = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (total < 1_000n) return `${sign}${total}ns`;
  if (total < 1_000_000n) return `${sign}${withFraction(total, 1_000n)}µs`;
  if (total < 1_000_000_000n) return `${sign}${withFraction(total, 1_000_000n)}ms`;
  const seconds = total / 1_000_000_000n;
  const secondsText = withFraction(total % 60_000_000_000n, 1_000_000_000n);
  const minutes = (seconds / 60n) % 60n;
  const hours = seconds / 3600n;
  if (hours > 0n) return `${sign}${hours}h${minutes}m${secondsText}s`;
  return minutes > 0n ? `${sign}${minutes}m${secondsText}s` : `${sign}${secondsText}s`;
}

function withFraction(value: bigint, unit: bigint): string {
  const fraction = (value % unit)
    .toString()
    .padStart(unit.toString().length - 1, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(value / unit) : `${value / unit}.${fraction}`;
}

/** What an action prints: as `%v`, save that Go's invalid value is `<no value>`. */
export function printResult(value: GoValue): string {
  return value === undefined ? '<no value>' : printValue(value);
}
