import { EngineError } from '../errors/engine-error.ts';

/**
 * Go's `path.Match`: `*` and `?` stop at slashes, `[a-z]` and `[^a-z]` are classes, `\` takes the next character as it
 * is, and the whole name must match.
 * @throws internal, as Docker answers it, for a pattern that is broken.
 */
export function globMatches(pattern: string, name: string): boolean {
  return globExpression(pattern).test(name);
}

function globExpression(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (character === '[') {
      const { text, end } = characterClass(pattern, at);
      source += text;
      at = end;
    } else {
      if (character === '\\') at++;
      if (at >= pattern.length) throw brokenPattern();
      source += RegExp.escape(pattern.charAt(at));
    }
  }
  return new RegExp(`^${source}$`, 's');
}

function characterClass(pattern: string, start: number): { text: string; end: number } {
  let at = start + 1;
  const isNegated = pattern.charAt(at) === '^';
  if (isNegated) at++;
  const next = (): string => {
    if (pattern.charAt(at) === '\\') at++;
    const character = pattern.charAt(at++);
    if (character === '' || at >= pattern.length) throw brokenPattern();
    return character;
  };
  let ranges = '';
  do {
    if (pattern.charAt(at) === '-' || pattern.charAt(at) === ']') throw brokenPattern();
    const low = next();
    let high = low;
    if (pattern.charAt(at) === '-') {
      at++;
      high = next();
    }
    // An empty range is no error to Go; it matches nothing.
    if (low <= high) ranges += `${unicode(low)}-${unicode(high)}`;
  } while (pattern.charAt(at) !== ']');
  return { text: ranges === '' && !isNegated ? '(?!)' : `[${isNegated ? '^' : ''}${ranges}]`, end: at };
}

function unicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function brokenPattern(): EngineError {
  return new EngineError('internal', 'syntax error in pattern');
}
