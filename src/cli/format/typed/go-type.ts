/** The Go types that docker's client reads an answer into: a template sees their fields, zero values and order. */
export type GoType =
  | { readonly kind: 'string' | 'bool' | 'int' | 'float' | 'any' | 'time' | 'duration' }
  | { readonly kind: 'list' | 'pointer'; readonly element: GoType }
  | { readonly kind: 'map'; readonly key: string; readonly element: GoType }
  | { readonly kind: 'struct'; readonly name: string; readonly fields: readonly GoField[] };

export interface GoField {
  readonly name: string;
  readonly jsonName: string;
  readonly type: GoType;
  /** Left out of JSON while it has its zero value. */
  readonly omitEmpty: boolean;
  readonly isPointer: boolean;
  /** The field's own fields count as the outer struct's. */
  readonly isEmbedded: boolean;
}

/**
 * Declares structs in a notation close to Go's. A field is a line `Name type`, followed by its name in JSON where that
 * differs and a `?` where an empty value is left out; `embed Name` embeds a struct declared before.
 *
 *     State struct container.State
 *       Status string
 *       Health *Health ?
 */
export function declareTypes(text: string): ReadonlyMap<string, GoType> {
  const types = new Map<string, GoType>();
  for (const block of text.split(/\n(?=\S)/)) {
    const [head = '', ...lines] = block.split('\n').filter((line) => line.trim() !== '');
    const [, alias, name] = /^(\S+) struct (.+)$/.exec(head.trim()) ?? [];
    if (alias === undefined || name === undefined) continue;
    types.set(alias, { kind: 'struct', name, fields: lines.map((line) => fieldOf(line.trim(), types)) });
  }
  return types;
}

function fieldOf(line: string, types: ReadonlyMap<string, GoType>): GoField {
  const words = line.split(/\s+/);
  const omitEmpty = words.at(-1) === '?';
  const [name = '', typeText = '', jsonName] = omitEmpty ? words.slice(0, -1) : words;
  const isEmbedded = name === 'embed';
  const type = typeOf(typeText, types);
  return {
    name: isEmbedded ? typeText : name,
    jsonName: jsonName ?? name,
    type,
    omitEmpty,
    isPointer: type.kind === 'pointer',
    isEmbedded,
  };
}

function typeOf(text: string, types: ReadonlyMap<string, GoType>): GoType {
  switch (text) {
    case 'string':
    case 'bool':
    case 'int':
    case 'float':
    case 'any':
    case 'time':
    case 'duration':
      return { kind: text };
    case 'struct{}':
      return { kind: 'struct', name: 'struct {}', fields: [] };
    default:
  }
  if (text.startsWith('*')) return { kind: 'pointer', element: typeOf(text.slice(1), types) };
  if (text.startsWith('[]')) return { kind: 'list', element: typeOf(text.slice(2), types) };
  const [, key, element] = /^map\[([^\]]*)\](.*)$/.exec(text) ?? [];
  if (key !== undefined && element !== undefined) return { kind: 'map', key, element: typeOf(element, types) };
  const known = types.get(text);
  if (known === undefined) throw new Error(`the type ${text} is not declared before it is used`);
  return known;
}

/** Go's spelling of the type. */
export function goTypeName(type: GoType): string {
  switch (type.kind) {
    case 'int':
    case 'string':
    case 'bool':
      return type.kind;
    case 'float':
      return 'float64';
    case 'any':
      return 'interface {}';
    case 'time':
      return 'time.Time';
    case 'duration':
      return 'time.Duration';
    case 'list':
      return `[]${goTypeName(type.element)}`;
    case 'map':
      return `map[${type.key}]${goTypeName(type.element)}`;
    case 'pointer':
      return `*${goTypeName(type.element)}`;
    case 'struct':
      return type.name;
  }
}
