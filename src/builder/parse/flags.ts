import { invalidArgument } from '../../errors/engine-error.ts';
import { didYouMean } from './suggestion.ts';

/** `text` takes a value once, `texts` again and again, `switch` is `--link`, `--link=true` or `--link=false`. */
type FlagKind = 'text' | 'texts' | 'switch';

export interface Flags {
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  /** Undefined unless given. */
  switch(name: string): boolean | undefined;
}

/** @throws invalid_argument with BuildKit's texts */
export function parseFlags(written: readonly string[], known: Readonly<Record<string, FlagKind>>): Flags {
  const values = new Map<string, string[]>();
  for (const flag of written) {
    if (flag === '--') break;
    const equals = flag.indexOf('=');
    const name = flag.slice(2, equals < 0 ? undefined : equals);
    const value = equals < 0 ? undefined : flag.slice(equals + 1);
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) throw invalidArgument(`unknown flag: ${name}${didYouMean(name, Object.keys(known))}`);
    const before = values.get(name);
    if (before !== undefined && kind !== 'texts') throw invalidArgument(`duplicate flag specified: ${name}`);
    values.set(name, [...(before ?? []), flagValue(name, value, kind)]);
  }
  return {
    text: (name) => values.get(name)?.[0],
    texts: (name) => values.get(name) ?? [],
    switch: (name) => {
      const value = values.get(name)?.[0];
      return value === undefined ? undefined : value === 'true';
    },
  };
}

function flagValue(name: string, value: string | undefined, kind: FlagKind): string {
  if (kind !== 'switch') {
    if (value === undefined) throw invalidArgument(`missing a value on flag: ${name}`);
    return value;
  }
  if (value === '') throw invalidArgument(`missing a value on flag: ${name}`);
  const lower = value?.toLowerCase() ?? 'true';
  if (lower === 'true' || lower === 'false') return lower;
  throw invalidArgument(`expecting boolean value for flag ${name}, not: ${value}`);
}
