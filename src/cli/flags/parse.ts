import { messageOf } from '../../errors/engine-error.ts';
import type { Flag, FlagSet, FlagValues } from './flag.ts';

export interface Parsed<F extends FlagSet> {
  readonly values: FlagValues<F>;
  readonly args: readonly string[];
  /** The names of the flags that the user gave, whatever their value. */
  readonly changed: ReadonlySet<string>;
  readonly help: 'none' | 'long' | 'short';
  /** Notes on old names, for stderr. */
  readonly notes: readonly string[];
}

/** The user's flags are wrong; the message is docker's, without the usage that follows it. */
export class FlagError extends Error {}

interface Known {
  readonly name: string;
  readonly flag: Flag<unknown>;
  readonly note?: string;
}

interface Lookup {
  readonly long: Map<string, Known>;
  readonly short: Map<string, Known>;
}

const HELP: Flag<unknown> = { usage: 'Print usage', type: '', bare: 'true', initial: false, parse: (text) => text };

/**
 * Parses as pflag does: `--name value`, `--name=value`, `-n value`, `-nvalue`, `-n=value`, switches combined (`-it`),
 * `--` ends the flags. With `interspersed` flags may follow arguments, otherwise the first argument ends them.
 * @throws FlagError at the first mistake
 */
export function parseFlags<F extends FlagSet>(argv: readonly string[], flags: F, interspersed: boolean): Parsed<F> {
  const lookup = indexOf(flags);
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags)) values[name] = flag.initial;
  const changed = new Set<string>();
  const args: string[] = [];
  const notes: string[] = [];
  let help: Parsed<F>['help'] = 'none';

  const assign = (known: Known, text: string): void => {
    try {
      values[known.name] = known.flag.parse(text, values[known.name]);
    } catch (error) {
      const shown = known.flag.short ? `-${known.flag.short}, --${known.name}` : `--${known.name}`;
      throw new FlagError(`invalid argument ${JSON.stringify(text)} for "${shown}" flag: ${messageOf(error)}`);
    }
    changed.add(known.name);
    if (known.note !== undefined) notes.push(known.note);
  };

  let index = 0;
  while (index < argv.length) {
    const word = argv[index++] ?? '';
    if (word === '--') {
      args.push(...argv.slice(index));
      break;
    }
    if (word.length < 2 || !word.startsWith('-')) {
      args.push(word);
      if (interspersed) continue;
      args.push(...argv.slice(index));
      break;
    }
    const next = (): string | undefined => (index < argv.length ? argv[index++] : undefined);
    const seen = word.startsWith('--') ? long(word, lookup, next, assign) : short(word, lookup, next, assign);
    if (seen !== 'none') help = seen;
  }
  return { values: values as FlagValues<F>, args, changed, help, notes };
}

type Assign = (known: Known, text: string) => void;
type Next = () => string | undefined;

function long(word: string, lookup: Lookup, next: Next, assign: Assign): 'none' | 'long' {
  const body = word.slice(2);
  const equals = body.indexOf('=');
  const name = equals < 0 ? body : body.slice(0, equals);
  if (name === '' || name.startsWith('-')) throw new FlagError(`bad flag syntax: ${word}`);
  const known = lookup.long.get(name);
  if (known === undefined) throw new FlagError(`unknown flag: --${name}`);
  if (known.flag === HELP) return body.slice(equals + 1) === 'false' ? 'none' : 'long';
  if (equals >= 0) assign(known, body.slice(equals + 1));
  else if (known.flag.bare !== undefined) assign(known, known.flag.bare);
  else {
    const text = next();
    if (text === undefined) throw new FlagError(`flag needs an argument: --${name}`);
    assign(known, text);
  }
  return 'none';
}

function short(word: string, lookup: Lookup, next: Next, assign: Assign): 'none' | 'short' {
  let letters = word.slice(1);
  while (letters !== '') {
    const letter = letters.slice(0, 1);
    const rest = letters.slice(1);
    const known = lookup.short.get(letter);
    if (known === undefined) {
      if (letter === 'h') return 'short';
      throw new FlagError(`unknown shorthand flag: '${letter}' in -${letters}`);
    }
    if (rest.length > 1 && rest.startsWith('=')) {
      assign(known, rest.slice(1));
      return 'none';
    }
    if (known.flag.bare !== undefined) {
      assign(known, known.flag.bare);
      letters = rest;
      continue;
    }
    const text = rest === '' ? next() : rest;
    if (text === undefined) throw new FlagError(`flag needs an argument: '${letter}' in -${letters}`);
    assign(known, text);
    return 'none';
  }
  return 'none';
}

function indexOf(flags: FlagSet): Lookup {
  const lookup: Lookup = { long: new Map([['help', { name: 'help', flag: HELP }]]), short: new Map() };
  for (const [name, flag] of Object.entries(flags)) {
    const known = { name, flag };
    for (const spelling of [name, ...(flag.aliases ?? [])]) lookup.long.set(spelling, known);
    for (const old of flag.deprecatedAliases ?? []) {
      lookup.long.set(old, { ...known, note: `Flag --${old} has been deprecated, use --${name} instead` });
    }
    if (flag.short !== undefined) lookup.short.set(flag.short, known);
  }
  return lookup;
}
