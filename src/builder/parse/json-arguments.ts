import { invalidArgument } from '../../errors/engine-error.ts';
import { trimLeadingSpace } from './characters.ts';

/**
 * The strings of an exec form, or undefined for what is no JSON list, which then counts as a shell's command line.
 * @throws invalid_argument for a list that holds something else than strings
 */
export function parseJsonArguments(text: string): string[] | undefined {
  if (!trimLeadingSpace(text).startsWith('[')) return undefined;
  const list = parseJson(text);
  if (!Array.isArray(list)) return undefined;
  const isText = (item: unknown): item is string => typeof item === 'string';
  if (list.every(isText)) return list;
  throw invalidArgument('when using JSON array syntax, arrays must be comprised of strings only');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
