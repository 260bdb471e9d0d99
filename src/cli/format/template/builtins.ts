import { comparisons } from './compare.ts';
import { FunctionError, type FunctionTable } from './functions.ts';
import { printValue } from './print-value.ts';
import { sprintf } from './printf.ts';
import { GoList, GoMap, GoNilPointer, type GoValue, isTruthy, JsonNumber, textOf, typeNameOf } from './values.ts';

/** Go's predefined functions. `and` and `or` are here for their names: the evaluator stops at the deciding argument. */
export const builtins: FunctionTable = {
  ...comparisons,
  and: { parameters: ['any'], variadic: 'any', call: (args) => args.find((arg) => !isTruthy(arg)) ?? args.at(-1) },
  or: { parameters: ['any'], variadic: 'any', call: (args) => args.find(isTruthy) ?? args.at(-1) },
  not: { parameters: ['any'], call: ([value]) => !isTruthy(value) },
  len: { parameters: ['any'], call: ([value]) => BigInt(lengthOf(value)) },
  index: { parameters: ['any'], variadic: 'any', call: indexed },
  slice: { parameters: ['any'], variadic: 'any', call: ([item, ...bounds]) => sliceOf(item, bounds) },
  print: { parameters: [], variadic: 'any', call: (args) => sprint(args) },
  println: { parameters: [], variadic: 'any', call: (args) => `${args.map((arg) => printValue(arg)).join(' ')}\n` },
  printf: { parameters: ['string'], variadic: 'any', call: ([format, ...args]) => sprintf(textOf(format), args) },
  html: { parameters: [], variadic: 'any', call: (args) => replaced(sprint(args), /[\0"'&<>]/g, htmlEscapes) },
  js: { parameters: [], variadic: 'any', call: (args) => escapeScript(sprint(args)) },
  urlquery: { parameters: [], variadic: 'any', call: (args) => escapeQuery(sprint(args)) },
};

/** fmt.Sprint: a space between two operands of which neither is a string. */
function sprint(args: readonly GoValue[]): string {
  let out = '';
  args.forEach((arg, index) => {
    const separated = index > 0 && typeof arg !== 'string' && typeof args[index - 1] !== 'string';
    out += (separated ? ' ' : '') + printValue(arg);
  });
  return out;
}

function lengthOf(value: GoValue): number {
  if (value === undefined) throw new FunctionError('reflect: call of reflect.Value.Type on zero Value');
  if (value === null || value instanceof GoNilPointer) throw new FunctionError('len of nil pointer');
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value instanceof JsonNumber) return value.text.length;
  if (value instanceof GoList) return value.items.length;
  if (value instanceof GoMap) return value.entries.size;
  throw new FunctionError(`len of type ${typeNameOf(value)}`);
}

function indexed([item, ...keys]: readonly GoValue[]): GoValue {
  if (item === undefined || item === null) throw new FunctionError('index of untyped nil');
  return keys.reduce(indexInto, item);
}

function indexInto(item: GoValue, key: GoValue): GoValue {
  if (item === undefined || item === null) throw new FunctionError('index of nil pointer');
  if (item instanceof GoNilPointer) throw new FunctionError('index of nil pointer');
  if (item instanceof GoMap) {
    if (key === undefined || key === null) throw new FunctionError('value is nil; should be of type string');
    if (typeof key !== 'string' || item.keyType !== 'string') {
      throw new FunctionError(`value has type ${typeNameOf(key)}; should be ${item.keyType}`);
    }
    return item.entries.has(key) ? item.entries.get(key) : item.zero;
  }
  if (item instanceof GoList) {
    const position = positionIn(key, item.items.length);
    if (position === item.items.length) throw new FunctionError('reflect: slice index out of range');
    return item.items[position];
  }
  if (typeof item === 'string') {
    const bytes = Buffer.from(item);
    const position = positionIn(key, bytes.length);
    const byte = bytes[position];
    if (byte === undefined) throw new FunctionError('reflect: string index out of range');
    return BigInt(byte);
  }
  throw new FunctionError(`can't index item of type ${typeNameOf(item)}`);
}

function positionIn(key: GoValue, length: number): number {
  if (key === undefined || key === null) throw new FunctionError('cannot index slice/array with nil');
  if (typeof key !== 'bigint') throw new FunctionError(`cannot index slice/array with type ${typeNameOf(key)}`);
  if (key < 0n || key > BigInt(length)) throw new FunctionError(`index out of range: ${key}`);
  return Number(key);
}

function sliceOf(item: GoValue, bounds: readonly GoValue[]): GoValue {
  if (item === undefined || item === null) throw new FunctionError('slice of untyped nil');
  if (bounds.length > 3) throw new FunctionError(`too many slice indexes: ${bounds.length}`);
  if (typeof item !== 'string' && !(item instanceof GoList)) {
    throw new FunctionError(`can't slice item of type ${typeNameOf(item)}`);
  }
  const bytes = typeof item === 'string' ? Buffer.from(item) : undefined;
  if (bytes !== undefined && bounds.length === 3) throw new FunctionError('cannot 3-index slice a string');
  const length = bytes?.length ?? (item instanceof GoList ? item.items.length : 0);
  const [from = 0, to = length] = bounds.map((bound) => positionIn(bound, length));
  if (from > to) throw new FunctionError(`invalid slice index: ${from} > ${to}`);
  if (bytes !== undefined) return bytes.subarray(from, to).toString();
  return item instanceof GoList ? new GoList(item.items.slice(from, to), item.typeName, item.zero) : undefined;
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '\0': '\uFFFD',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

function replaced(text: string, pattern: RegExp, by: Readonly<Record<string, string>>): string {
  return text.replace(pattern, (character) => by[character] ?? character);
}

function escapeScript(text: string): string {
  return text.replace(/[\\'"<>&=\u2028\u2029\p{Cc}]/gu, (character) => {
    if (character === '\\' || character === "'" || character === '"') return `\\${character}`;
    return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

function escapeQuery(text: string): string {
  const percent = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, percent)
    .replaceAll('%20', '+');
}
