import type { Filter } from '../../client/filters.ts';
import type { Flag, FlagOptions } from './flag.ts';
import { parsedList } from './kinds.ts';

/** `--filter name=value`, repeatable; an empty one is ignored. */
export function filter(usage: string, options: FlagOptions = {}): Flag<readonly Filter[]> {
  const flag = parsedList(usage, parseFilter, { type: 'filter', ...options });
  return { ...flag, parse: (text, previous) => (text === '' ? previous : flag.parse(text, previous)) };
}

function parseFilter(text: string): Filter {
  const equals = text.indexOf('=');
  if (equals < 0) throw new Error('bad format of filter (expected name=value)');
  return { name: text.slice(0, equals).trim().toLowerCase(), value: text.slice(equals + 1).trim() };
}
