import { parseBool, parseDecimalInteger } from '../../lib/go-numbers.ts';
import type { Flag, FlagOptions } from './flag.ts';

/** A switch: `--rm`, `--rm=false`. */
export function bool(usage: string, options: FlagOptions & { initial?: boolean } = {}): Flag<boolean> {
  return {
    initial: false,
    ...options,
    ...(options.initial === true ? { defaultText: 'true' } : {}),
    usage,
    type: '',
    bare: 'true',
    parse: parseBool,
  };
}

export function string(usage: string, options: FlagOptions & { initial?: string } = {}): Flag<string> {
  return {
    initial: '',
    ...(options.initial ? { defaultText: JSON.stringify(options.initial) } : {}),
    type: 'string',
    ...options,
    usage,
    parse: (text) => text,
  };
}

/** May be given many times; the values stay in order. */
export function list(usage: string, options: FlagOptions = {}): Flag<readonly string[]> {
  return { type: 'list', ...options, usage, initial: [], parse: (text, previous) => [...previous, text] };
}

/** A signed 64-bit integer; undefined when the flag was not given. */
export function integer(usage: string, options: FlagOptions = {}): Flag<number | undefined> {
  return { type: 'int', ...options, usage, initial: undefined, parse: (text) => parseDecimalInteger(text) };
}

/** A single value with a syntax of its own; undefined when the flag was not given. */
export function parsed<T>(
  type: string,
  usage: string,
  parse: (text: string) => T,
  options: FlagOptions = {},
): Flag<T | undefined> {
  return { type, ...options, usage, initial: undefined, parse: (text) => parse(text) };
}

/** A repeatable flag whose every value is checked or converted on the way in. */
export function parsedList<T>(
  usage: string,
  parse: (text: string) => T,
  options: FlagOptions = {},
): Flag<readonly T[]> {
  return { type: 'list', ...options, usage, initial: [], parse: (text, previous) => [...previous, parse(text)] };
}
