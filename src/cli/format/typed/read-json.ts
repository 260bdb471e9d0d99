import { GoList, GoMap, type GoValue, JsonNumber } from '../template/values.ts';

const token = /\s*(?:("(?:[^"\\]|\\.)*")|([{}[\],:])|([^\s{}[\],:"]+))/gsy;

/** JSON as Go decodes it into an `any`, with numbers kept as their text and keys in the order they came in. */
export function readJson(text: string): GoValue {
  const reader = new Reader(text);
  return reader.value();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): GoValue {
    const start = this.#next();
    if (start === '{') return this.#object();
    if (start === '[') return this.#array();
    if (start === 'null') return null;
    if (start === 'true' || start === 'false') return start === 'true';
    if (start.startsWith('"')) return stringOf(start);
    return new JsonNumber(start);
  }

  #object(): GoMap {
    const entries = new Map<string, GoValue>();
    for (;;) {
      const key = this.#next();
      if (key === '}') return new GoMap(entries);
      if (key === ',') continue;
      this.#next();
      entries.set(stringOf(key), this.value());
    }
  }

  #array(): GoList {
    const items: GoValue[] = [];
    for (;;) {
      const before = this.#at;
      const next = this.#next();
      if (next === ']') return new GoList(items);
      if (next === ',') continue;
      this.#at = before;
      items.push(this.value());
    }
  }

  #next(): string {
    token.lastIndex = this.#at;
    const match = token.exec(this.#text);
    if (match === null) throw new SyntaxError(`unexpected end of JSON input`);
    this.#at = token.lastIndex;
    return match[1] ?? match[2] ?? match[3] ?? '';
  }
}

function stringOf(literal: string): string {
  const value: unknown = JSON.parse(literal);
  return String(value);
}
