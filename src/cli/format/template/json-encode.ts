import {
  compareBytes,
  GoDuration,
  GoList,
  GoMap,
  GoNilPointer,
  GoObject,
  GoStruct,
  GoTime,
  type GoValue,
  isTruthy,
  JsonNumber,
} from './values.ts';

export interface JsonEncodeOptions {
  /** Write `<`, `>` and `&` as \u escapes, as Go's json.Marshal does and the templates' `json` does not. */
  readonly escapeHtml: boolean;
}

/**
 * The value as Go's encoding/json writes it: maps with their keys sorted, structs in their own order.
 */
export function encodeJson(value: GoValue, options: JsonEncodeOptions): string {
  if (value === undefined || value === null || value instanceof GoNilPointer) return 'null';
  if (typeof value === 'string') return encodeJsonString(value, options.escapeHtml);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return encodeFloat(value);
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof GoDuration) return String(value.nanoseconds);
  if (value instanceof GoTime) return encodeJsonString(value.text, options.escapeHtml);
  const nested = (item: GoValue) => encodeJson(item, options);
  if (value instanceof GoList) return value.isNil ? 'null' : `[${value.items.map(nested).join(',')}]`;
  if (value instanceof GoMap) {
    if (value.isNil) return 'null';
    return encodePairs(
      value.sortedKeys().map((key) => [key, value.entries.get(key)]),
      options,
    );
  }
  if (value instanceof GoStruct) return encodePairs(fieldPairs(value), options);
  return encodeObject(value);
}

/** A row of a list: the results of all methods that need no argument. Go escapes here whatever it was asked for. */
function encodeObject(value: GoObject): string {
  const names = Object.keys(value.methods).filter((name) => value.methods[name]?.takes === 0);
  return encodePairs(
    names.sort(compareBytes).map((name) => [name, value.methods[name]?.call('')]),
    { escapeHtml: true },
  );
}

function fieldPairs(value: GoStruct): [string, GoValue][] {
  return value.shape.flatMap(({ name, jsonName, omitEmpty, isPointer, isEmbedded }): [string, GoValue][] => {
    const field = value.fields.get(name);
    if (isEmbedded) return field instanceof GoStruct ? fieldPairs(field) : [];
    const isAbsent = isPointer ? field instanceof GoNilPointer : isEmpty(field);
    return omitEmpty && isAbsent ? [] : [[jsonName, field]];
  });
}

/** What `omitempty` leaves out; a struct is never empty. */
function isEmpty(value: GoValue): boolean {
  return !(value instanceof GoStruct || value instanceof GoTime || value instanceof GoObject) && !isTruthy(value);
}

function encodePairs(pairs: readonly (readonly [string, GoValue])[], options: JsonEncodeOptions): string {
  const texts = pairs.map(([key, item]) => `${encodeJsonString(key, options.escapeHtml)}:${encodeJson(item, options)}`);
  return `{${texts.join(',')}}`;
}

export function encodeJsonString(text: string, escapeHtml: boolean): string {
  const json = JSON.stringify(text).replace(/[\u2028\u2029]/g, unicodeEscape);
  return escapeHtml ? json.replace(/[<>&]/g, unicodeEscape) : json;
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function encodeFloat(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-6 || magnitude >= 1e21)) return value.toExponential();
  return String(value);
}
