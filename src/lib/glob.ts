import { EngineError, messageOf } from '../errors/engine-error.ts';
import { parsePathPattern } from './path-pattern.ts';

/**
 * Go's `path.Match`: `*` and `?` stop at slashes, `[a-z]` and `[^a-z]` are classes, `\` takes the next character as it
 * is, and the whole name must match.
 * @throws internal, as Docker answers it, for a pattern that is broken.
 */
export function globMatches(pattern: string, name: string): boolean {
  try {
    return parsePathPattern(pattern).matches(name);
  } catch (error) {
    throw new EngineError('internal', messageOf(error), { cause: error });
  }
}
