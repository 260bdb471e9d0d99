import { EngineError, invalidArgument } from '../errors/engine-error.ts';

/** The `filters` of a list, prune or events request: for each name the values asked for, any of which may match. */
export class Filters {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]> = new Map()) {
    this.#values = values;
  }

  /**
   * Reads both forms that clients send: `{"label":{"a=b":true}}` and, before API 1.22, `{"label":["a=b"]}`.
   * @throws invalid_argument, `invalid filter`, as Docker.
   */
  static parse(text: string | undefined): Filters {
    if (text === undefined || text === '') return new Filters();
    const parsed = parseObject(text);
    return new Filters(new Map(Object.entries(parsed).map(([name, values]) => [name, valuesOf(values)])));
  }

  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  names(): string[] {
    return [...this.#values.keys()];
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  get(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** True without a filter of that name, and when one of its values is `source`. */
  exactMatch(name: string, source: string): boolean {
    const values = this.get(name);
    return values.length === 0 || values.includes(source);
  }

  /** As `exactMatch`, and also for a value that `source` begins with. */
  prefixMatch(name: string, source: string): boolean {
    const values = this.get(name);
    return values.length === 0 || values.some((value) => source.startsWith(value));
  }

  /** All values, each `key` or `key=value`, must be in `pairs` (unlike the others: labels narrow each other). */
  matchPairs(name: string, pairs: Readonly<Record<string, string>>): boolean {
    return this.get(name).every((entry) => {
      const [key = '', ...rest] = entry.split('=');
      if (!Object.hasOwn(pairs, key)) return false;
      return rest.length === 0 || pairs[key] === rest.join('=');
    });
  }

  /**
   * A filter that takes a truth value, undefined when it is not given.
   * @throws invalid_argument for anything but one of 0, 1, true and false.
   */
  flag(name: string): boolean | undefined {
    const values = this.get(name);
    if (!this.has(name)) return undefined;
    const yes = values.some((value) => value === '1' || value === 'true');
    const no = values.some((value) => value === '0' || value === 'false');
    if (yes === no) throw invalidArgument(`invalid filter '${name}=[${values.join(' ')}]'`);
    return yes;
  }

  /** @throws invalid_argument naming the first filter that is not in `allowed`. */
  validate(allowed: Iterable<string>): void {
    const known = new Set(allowed);
    const unknown = this.names().find((name) => !known.has(name));
    if (unknown !== undefined) throw invalidArgument(`invalid filter '${unknown}'`);
  }
}

function parseObject(text: string): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new EngineError('invalid_argument', 'invalid filter', { cause: error });
  }
  if (parsed === null) return {};
  if (typeof parsed !== 'object' || Array.isArray(parsed)) throw invalidArgument('invalid filter');
  return parsed;
}

function valuesOf(values: unknown): string[] {
  if (values === null) return [];
  if (Array.isArray(values) && values.every((value) => typeof value === 'string')) return values;
  if (typeof values === 'object' && !Array.isArray(values)) {
    const flags = Object.values(values);
    if (flags.every((flag) => typeof flag === 'boolean')) return Object.keys(values);
  }
  throw invalidArgument('invalid filter');
}
