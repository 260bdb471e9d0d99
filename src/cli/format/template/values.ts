/**
 * The values a template works on, kept close enough to Go's that they print, compare and encode as Go's do.
 *
 * `bigint` is any Go integer, `number` a float64, `null` a nil interface, and `undefined` Go's invalid value: what a
 * missing map key yields, printed as `<no value>`.
 */
export type GoValue =
  | undefined
  | null
  | string
  | boolean
  | bigint
  | number
  | JsonNumber
  | GoDuration
  | GoTime
  | GoList
  | GoMap
  | GoStruct
  | GoNilPointer
  | GoObject;

/** A number out of JSON whose Go type is not known; its text is kept, so 2^53 and above survive. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** time.Duration, in nanoseconds. */
export class GoDuration {
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

/** time.Time, as the RFC 3339 text it came in. */
export class GoTime {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export class GoList {
  readonly items: readonly GoValue[];
  readonly typeName: string;
  /** What an absent element would be. */
  readonly zero: GoValue;
  /** A nil slice prints like an empty one and encodes as null. */
  readonly isNil: boolean;

  constructor(items: readonly GoValue[], typeName = '[]interface {}', zero: GoValue = null, isNil = false) {
    this.items = items;
    this.typeName = typeName;
    this.zero = zero;
    this.isNil = isNil;
  }
}

export class GoMap {
  readonly entries: ReadonlyMap<string, GoValue>;
  readonly typeName: string;
  readonly zero: GoValue;
  readonly isNil: boolean;
  /** A key type of its own, even one over string, keeps plain strings from being keys. */
  readonly keyType: string;

  constructor(
    entries: ReadonlyMap<string, GoValue>,
    typeName = 'map[string]interface {}',
    zero: GoValue = null,
    isNil = false,
  ) {
    this.entries = entries;
    this.typeName = typeName;
    this.zero = zero;
    this.isNil = isNil;
    this.keyType = /^map\[([^\]]*)\]/.exec(typeName)?.[1] ?? 'string';
  }

  sortedKeys(): string[] {
    return [...this.entries.keys()].sort(compareBytes);
  }
}

/** How a field is written to JSON; see GoStruct. */
export interface FieldShape {
  readonly name: string;
  readonly jsonName: string;
  readonly omitEmpty: boolean;
  readonly isPointer: boolean;
  /** Its fields are promoted to the outer struct, yet it prints as one value. */
  readonly isEmbedded: boolean;
}

/** A struct, or a pointer to one, which templates look through. `shape` has an entry for each field, in order. */
export class GoStruct {
  readonly typeName: string;
  readonly fields: ReadonlyMap<string, GoValue>;
  readonly isPointer: boolean;
  readonly shape: readonly FieldShape[];

  constructor(
    typeName: string,
    fields: ReadonlyMap<string, GoValue>,
    options: { isPointer?: boolean; shape?: readonly FieldShape[] } = {},
  ) {
    this.typeName = typeName;
    this.fields = fields;
    this.isPointer = options.isPointer ?? false;
    this.shape = options.shape ?? [...fields.keys()].map(plainShape);
  }

  /** The struct itself or the embedded one that has the field. */
  ownerOf(name: string): GoStruct | undefined {
    if (this.fields.has(name)) return this;
    for (const { name: embedded, isEmbedded } of this.shape) {
      const inner = isEmbedded ? this.fields.get(embedded) : undefined;
      const owner = inner instanceof GoStruct ? inner.ownerOf(name) : undefined;
      if (owner !== undefined) return owner;
    }
    return undefined;
  }
}

function plainShape(name: string): FieldShape {
  return { name, jsonName: name, omitEmpty: false, isPointer: false, isEmbedded: false };
}

/** A nil pointer of a known type: false, printed `<nil>`, and an error to look into. */
export class GoNilPointer {
  readonly typeName: string;

  constructor(typeName: string) {
    this.typeName = typeName;
  }
}

/** What a row of a list is to its template: methods without arguments, and a few with one. */
export class GoObject {
  readonly typeName: string;
  readonly methods: Readonly<Record<string, GoMethod>>;
  /** The heading of a table: a name that it does not have is `<no value>`, not an error. */
  readonly missingIsNoValue: boolean;

  constructor(typeName: string, methods: Readonly<Record<string, GoMethod>>, missingIsNoValue = false) {
    this.typeName = typeName;
    this.methods = methods;
    this.missingIsNoValue = missingIsNoValue;
  }
}

/** `takes` is how many string arguments the method needs: those that need some are left out of JSON. */
export interface GoMethod {
  readonly takes: 0 | 1;
  readonly call: (argument: string) => GoValue;
}

/** Go orders strings by their UTF-8 bytes, which for surrogates is not JavaScript's order. */
export function compareBytes(left: string, right: string): number {
  return left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** A string's text; functions get nothing else where they ask for a string. */
export function textOf(value: GoValue): string {
  return typeof value === 'string' ? value : '';
}

/** Go's name of the value's type, as error messages and `%T` show it. */
export function typeNameOf(value: GoValue): string {
  if (value === undefined || value === null) return '<nil>';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float64';
    default:
  }
  if (value instanceof JsonNumber) return 'json.Number';
  if (value instanceof GoDuration) return 'time.Duration';
  if (value instanceof GoTime) return 'time.Time';
  if (value instanceof GoStruct) return value.isPointer ? `*${value.typeName}` : value.typeName;
  if (value instanceof GoObject) return `*${value.typeName}`;
  return value.typeName;
}

/** Whether `if`, `with`, `and`, `or` and `not` take the value for true. */
export function isTruthy(value: GoValue): boolean {
  if (value === undefined || value === null || value instanceof GoNilPointer) return false;
  if (typeof value === 'bigint' || typeof value === 'number') return value !== 0n && value !== 0;
  if (typeof value === 'string' || typeof value === 'boolean') return Boolean(value);
  if (value instanceof JsonNumber) return value.text !== '';
  if (value instanceof GoDuration) return value.nanoseconds !== 0n;
  if (value instanceof GoList) return value.items.length > 0;
  if (value instanceof GoMap) return value.entries.size > 0;
  return true;
}
