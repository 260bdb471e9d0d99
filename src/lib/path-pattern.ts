/** One element of a pattern: a character, a class of characters, `?`, `*`, or `**`. */
type Token =
  | { readonly kind: 'literal'; readonly character: string }
  | { readonly kind: 'class'; readonly ranges: readonly (readonly [string, string])[]; readonly isNegated: boolean }
  | { readonly kind: 'one' }
  | { readonly kind: 'many' }
  /** Any number of whole folders, none included: what `**` means in the midst. */
  | { readonly kind: 'folders' }
  /** All that follows: `**` at the end. */
  | { readonly kind: 'rest' };

export interface PathPattern {
  readonly isLiteral: boolean;
  /** Whether the whole path matches. Takes time in proportion to path times pattern, whatever the pattern. */
  matches(path: string): boolean;
}

/**
 * Go's `filepath.Match`: `*` and `?` stop at slashes, `[a-z]` and `[^a-z]` are classes, a backslash takes the next
 * character as it is. With `deep`, `**` stands for any number of folders, too, as in `.dockerignore`.
 * @throws Error, `syntax error in pattern`
 */
export function parsePathPattern(pattern: string, { deep = false } = {}): PathPattern {
  const tokens = tokensOf(Array.from(pattern), deep);
  const literal = tokens.map((token) => (token.kind === 'literal' ? token.character : '')).join('');
  if (tokens.every(({ kind }) => kind === 'literal')) {
    return { isLiteral: true, matches: (path) => path === literal };
  }
  const [first, ...others] = tokens;
  const isTail = others.every(({ kind }) => kind === 'literal');
  // `*.md`, the commonest of all.
  if (first?.kind === 'many' && isTail) {
    const matches = (path: string) =>
      path.length >= literal.length &&
      path.endsWith(literal) &&
      !path.slice(0, path.length - literal.length).includes('/');
    return { isLiteral: false, matches };
  }
  // `**/node_modules`.
  if (first?.kind === 'folders' && isTail) {
    return { isLiteral: false, matches: (path) => path === literal || path.endsWith(`/${literal}`) };
  }
  return { isLiteral: false, matches: (path) => simulate(tokens, path) };
}

function tokensOf(characters: readonly string[], deep: boolean): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === '*' && deep && characters[at + 1] === '*') {
      at += characters[at + 2] === '/' ? 2 : 1;
      tokens.push({ kind: at + 1 >= characters.length ? 'rest' : 'folders' });
    } else if (character === '*') tokens.push({ kind: 'many' });
    else if (character === '?') tokens.push({ kind: 'one' });
    else if (character === '[') {
      const { token, end } = classAt(characters, at);
      tokens.push(token);
      at = end;
    } else {
      if (character === '\\') at++;
      const taken = characters[at];
      if (taken === undefined) throw brokenPattern();
      tokens.push({ kind: 'literal', character: taken });
    }
  }
  return tokens;
}

function classAt(characters: readonly string[], start: number): { token: Token; end: number } {
  let at = start + 1;
  const isNegated = characters[at] === '^';
  if (isNegated) at++;
  const next = (): string => {
    if (characters[at] === '-' || characters[at] === ']') throw brokenPattern();
    if (characters[at] === '\\') at++;
    const character = characters[at++];
    if (character === undefined || at >= characters.length) throw brokenPattern();
    return character;
  };
  const ranges: [string, string][] = [];
  do {
    const low = next();
    let high = low;
    if (characters[at] === '-') {
      at++;
      high = next();
    }
    ranges.push([low, high]);
  } while (characters[at] !== ']');
  return { token: { kind: 'class', ranges, isNegated }, end: at };
}

/**
 * Follows all ways at once. State `i` waits for token `i`; a `folders` token has a second state, at `length + 1 + i`,
 * for being inside of a folder's name.
 */
function simulate(tokens: readonly Token[], path: string): boolean {
  const { length } = tokens;
  let states = new Set<number>();
  const enter = (into: Set<number>, state: number) => {
    for (let at = state; !into.has(at); at++) {
      into.add(at);
      const kind = tokens[at]?.kind;
      if (kind !== 'many' && kind !== 'folders' && kind !== 'rest') return;
    }
  };
  enter(states, 0);
  for (const character of path) {
    const following = new Set<number>();
    for (const state of states) {
      const isInside = state > length;
      const at = isInside ? state - length - 1 : state;
      const token = tokens[at];
      if (token === undefined) continue;
      if (token.kind === 'folders') {
        following.add(length + 1 + at);
        if (character === '/') enter(following, at + 1);
      } else if (token.kind === 'rest' || (token.kind === 'many' && character !== '/')) enter(following, at);
      else if (accepts(token, character)) enter(following, at + 1);
    }
    if (following.size === 0) return false;
    states = following;
  }
  return states.has(length);
}

function accepts(token: Token, character: string): boolean {
  switch (token.kind) {
    case 'literal':
      return character === token.character;
    case 'one':
      return character !== '/';
    case 'class': {
      const isIn = token.ranges.some(([low, high]) => low <= character && character <= high);
      return character !== '/' && isIn !== token.isNegated;
    }
    default:
      return false;
  }
}

function brokenPattern(): Error {
  return new Error('syntax error in pattern');
}
