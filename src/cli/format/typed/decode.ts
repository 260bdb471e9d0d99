import {
  GoDuration,
  GoList,
  GoMap,
  GoNilPointer,
  GoStruct,
  GoTime,
  type GoValue,
  JsonNumber,
} from '../template/values.ts';
import { type GoType, goTypeName } from './go-type.ts';

/** Reads untyped JSON into a Go type; what is absent gets its zero value, and what the type does not know is dropped. */
export function decode(type: GoType, raw: GoValue): GoValue {
  switch (type.kind) {
    case 'string':
      return typeof raw === 'string' ? raw : '';
    case 'bool':
      return raw === true;
    case 'int':
      return raw instanceof JsonNumber ? integerOf(raw.text) : 0n;
    case 'float':
      return raw instanceof JsonNumber ? Number(raw.text) : 0;
    case 'duration':
      return new GoDuration(raw instanceof JsonNumber ? integerOf(raw.text) : 0n);
    case 'time':
      return new GoTime(typeof raw === 'string' ? raw : '0001-01-01T00:00:00Z');
    case 'any':
      return raw === undefined ? null : withFloats(raw);
    case 'pointer':
      return raw === undefined || raw === null ? new GoNilPointer(goTypeName(type)) : pointerTo(type.element, raw);
    case 'list': {
      const items = raw instanceof GoList ? raw.items.map((item) => decode(type.element, item)) : [];
      return new GoList(items, goTypeName(type), decode(type.element, undefined), !(raw instanceof GoList));
    }
    case 'map': {
      const pairs = raw instanceof GoMap ? [...raw.entries] : [];
      const entries = new Map(pairs.map(([key, item]) => [key, decode(type.element, item)]));
      return new GoMap(entries, goTypeName(type), decode(type.element, undefined), !(raw instanceof GoMap));
    }
    case 'struct':
      return structOf(type, raw, false);
  }
}

function structOf(type: Extract<GoType, { kind: 'struct' }>, raw: GoValue, isPointer: boolean): GoStruct {
  const entries = raw instanceof GoMap ? raw.entries : new Map<string, GoValue>();
  const fields = new Map<string, GoValue>();
  for (const field of type.fields) {
    fields.set(field.name, decode(field.type, field.isEmbedded ? raw : entries.get(field.jsonName)));
  }
  return new GoStruct(type.name, fields, { isPointer, shape: type.fields });
}

/** A template looks through pointers, so only a struct needs to remember that it is behind one. */
function pointerTo(type: GoType, raw: GoValue): GoValue {
  return type.kind === 'struct' ? structOf(type, raw, true) : decode(type, raw);
}

function integerOf(text: string): bigint {
  return /^-?\d+$/.test(text) ? BigInt(text) : BigInt(Math.trunc(Number(text)));
}

/** Into an `any` field Go decodes every number as a float64. */
function withFloats(raw: GoValue): GoValue {
  if (raw instanceof JsonNumber) return Number(raw.text);
  if (raw instanceof GoList) return new GoList(raw.items.map(withFloats));
  if (raw instanceof GoMap) return new GoMap(new Map([...raw.entries].map(([key, item]) => [key, withFloats(item)])));
  return raw;
}
