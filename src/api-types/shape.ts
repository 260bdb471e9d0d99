import { invalidArgument } from '../errors/engine-error.ts';

/** Where a value stands in a request, in the terms of Docker's own messages: the struct's name and the path from the root. */
export interface Position {
  readonly struct: string;
  readonly path: string;
}

/**
 * The type of a JSON value on the wire, with the zero value that stands for an absent or null one. Decoding follows Go's
 * encoding/json, because clients rely on it: unknown fields are ignored, names match in any case, null is as absent, and
 * a wrong type is refused with Go's message.
 */
export interface Shape<T> {
  readonly goType: string;
  zero(): T;
  /** @throws invalid_argument naming the field. */
  decode(value: unknown, at: Position): T;
}

/** The type that a shape decodes to. */
export type Decoded<S> = S extends Shape<infer T> ? T : never;

export interface Field<T, Optional extends boolean = boolean> {
  readonly shape: Shape<T>;
  /** Left out of the decoded value when it is absent (Go's `omitempty`). */
  readonly optional: Optional;
  /** The Go structs embedded above it, as they show in messages: `Resources.`. */
  readonly embedded: string;
}

type Fields = Readonly<Record<string, Field<unknown>>>;
type DecodedFields<F extends Fields> = {
  [K in keyof F as F[K]['optional'] extends false ? K : never]: F[K] extends Field<infer T> ? T : never;
} & { [K in keyof F as F[K]['optional'] extends false ? never : K]?: F[K] extends Field<infer T> ? T : never };

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function mismatch(found: string, at: Position, goType: string): never {
  const where = at.path === '' ? 'value' : `struct field ${at.struct}.${at.path}`;
  throw invalidArgument(`invalid JSON: json: cannot unmarshal ${found} into Go ${where} of type ${goType}`);
}

function primitive<T extends string | boolean>(goType: string, type: string, zero: T): Shape<T> {
  return {
    goType,
    zero: () => zero,
    decode(value, at) {
      if (value === null || value === undefined) return zero;
      if (typeof value !== type) mismatch(jsonType(value), at, goType);
      return value as T;
    },
  };
}

export const string = primitive<string>('string', 'string', '');
/** A string that Go has given a type name of its own. */
export const named = (goType: string): Shape<string> => primitive<string>(goType, 'string', '');
export const bool = primitive<boolean>('bool', 'boolean', false);

export function integer(goType: string): Shape<number> {
  return {
    goType,
    zero: () => 0,
    decode(value, at) {
      if (value === null || value === undefined) return 0;
      if (typeof value !== 'number') mismatch(jsonType(value), at, goType);
      if (!Number.isInteger(value)) mismatch(`number ${value}`, at, goType);
      return value;
    },
  };
}

export const int64 = integer('int64');
export const int = integer('int');

/** A list; absent and null are null, an empty one stays empty. */
export function list<T>(of: Shape<T>, goType = `[]${of.goType}`): Shape<T[] | null> {
  return {
    goType,
    zero: () => null,
    decode(value, at) {
      if (value === null || value === undefined) return null;
      if (!Array.isArray(value)) mismatch(jsonType(value), at, goType);
      return value.map((item) => of.decode(item, at));
    },
  };
}

/** A command line: a list, or one string that stands for a list of one. */
export const stringOrList: Shape<string[] | null> = {
  goType: 'string',
  zero: () => null,
  decode(value, at) {
    if (value === null || value === undefined) return null;
    if (!Array.isArray(value)) return [string.decode(value, at)];
    if (value.some((item) => typeof item !== 'string')) mismatch('array', at, 'string');
    return value as string[];
  },
};

export function map<T>(of: Shape<T>, goType = `map[string]${of.goType}`): Shape<Record<string, T> | null> {
  return {
    goType,
    zero: () => null,
    decode(value, at) {
      if (value === null || value === undefined) return null;
      if (typeof value !== 'object' || Array.isArray(value)) mismatch(jsonType(value), at, goType);
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, of.decode(item, at)]));
    },
  };
}

/** A value that may be absent where zero would mean something else. */
export function nullable<T>(of: Shape<T>): Shape<T | null> {
  return {
    goType: of.goType,
    zero: () => null,
    decode: (value, at) => (value === null || value === undefined ? null : of.decode(value, at)),
  };
}

export function pair<T>(of: Shape<T>): Shape<[T, T]> {
  return {
    goType: `[2]${of.goType}`,
    zero: () => [of.zero(), of.zero()],
    decode(value, at) {
      if (value === null || value === undefined) return [of.zero(), of.zero()];
      if (!Array.isArray(value)) mismatch(jsonType(value), at, `[2]${of.goType}`);
      return [of.decode(value[0], at), of.decode(value[1], at)];
    },
  };
}

export function field<T>(shape: Shape<T>, embedded = ''): Field<T, false> {
  return { shape, optional: false, embedded };
}

export function optional<T>(shape: Shape<T>, embedded = ''): Field<T, true> {
  return { shape, optional: true, embedded };
}

/** An object with the given fields, decoded in their order; `name` is how Docker's messages call it. */
export function struct<F extends Fields>(name: string, fields: F): Shape<DecodedFields<F>> {
  const keyByLowerCase = new Map(Object.keys(fields).map((key) => [key.toLowerCase(), key]));
  function decode(value: unknown, at: Position): DecodedFields<F> {
    const given = new Map<string, unknown>();
    if (value !== null && value !== undefined) {
      if (typeof value !== 'object' || Array.isArray(value)) mismatch(jsonType(value), at, name);
      for (const [key, item] of Object.entries(value)) {
        const known = keyByLowerCase.get(key.toLowerCase());
        if (known !== undefined) given.set(known, item);
      }
    }
    const prefix = at.path === '' ? '' : `${at.path}.`;
    const decoded: Record<string, unknown> = {};
    for (const [key, { shape, optional: mayBeAbsent, embedded }] of Object.entries(fields)) {
      const item = given.get(key);
      if (mayBeAbsent && (item === undefined || item === null)) continue;
      const position = { struct: name.replace(/^.*\./, ''), path: `${prefix}${embedded}${key}` };
      decoded[key] = shape.decode(item, position);
    }
    return decoded as DecodedFields<F>;
  }
  return { goType: name, zero: () => decode({}, { struct: name, path: '' }), decode };
}

/** Decodes a whole request body. @throws invalid_argument naming the field that has a wrong type. */
export function decodeBody<T>(shape: Shape<T>, body: unknown): T {
  return shape.decode(body, { struct: shape.goType, path: '' });
}
