import { invalidArgument } from '../../errors/engine-error.ts';
import type { WorkBudget } from './work-budget.ts';

/** Undefined stands for `?`: any one character. */
type Literal = readonly (string | undefined)[];

const MAX_PATTERN = 1024;

/**
 * The patterns of `${name#pattern}` and its like: `*`, `?` and backslashes, no brackets. Matching takes time in
 * proportion to value times pattern at most, whatever the pattern, so that no Dockerfile can stall the daemon.
 */
export interface ShellPattern {
  /** What stands between the stars; one more than there are stars. */
  readonly literals: readonly Literal[];
}

/** @throws invalid_argument with BuildKit's text */
export function parseShellPattern(pattern: string): ShellPattern {
  const fail = (reason: string) => invalidArgument(`invalid pattern (${pattern}) in substitution: ${reason}`);
  if (pattern.length > MAX_PATTERN)
    throw invalidArgument(`a pattern in a substitution has more than ${MAX_PATTERN} characters`);
  let literal: (string | undefined)[] = [];
  const literals: Literal[] = [literal];
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === '*') {
      literal = [];
      literals.push(literal);
    } else if (character === '?') literal.push(undefined);
    else if (character === '\\') {
      const next = characters[at + 1];
      // Braces and slashes are escaped for the substitution's sake only.
      if (next === '}' || next === '/') continue;
      if (next !== '*' && next !== '?' && next !== '\\') throw fail(`invalid escape '\\${next ?? '\ufffd'}'`);
      literal.push(next);
      at++;
    } else literal.push(character);
  }
  return { literals };
}

/** The value without the shortest or the longest prefix that matches. */
export function trimPrefix(pattern: ShellPattern, value: string, longest: boolean, budget: WorkBudget): string {
  const characters = Array.from(value);
  const end = matchFrom(pattern, characters, 0, longest, budget);
  return end === undefined ? value : characters.slice(end).join('');
}

/** The value without the shortest or the longest suffix that matches. */
export function trimSuffix({ literals }: ShellPattern, value: string, longest: boolean, budget: WorkBudget): string {
  const reversed = { literals: literals.map((literal) => literal.toReversed()).toReversed() };
  const characters = Array.from(value).toReversed();
  const end = matchFrom(reversed, characters, 0, longest, budget);
  return end === undefined ? value : characters.slice(end).toReversed().join('');
}

/** `${name/pattern/text}` and, with `all`, `${name//pattern/text}`. */
export function replaceMatches(
  pattern: ShellPattern,
  value: string,
  replacement: string,
  all: boolean,
  budget: WorkBudget,
): string {
  const characters = Array.from(value);
  const pieces: string[] = [];
  let at = 0;
  while (at < characters.length || pieces.length === 0) {
    const start = findLiteral(pattern.literals[0] ?? [], characters, at, budget);
    const end = start === undefined ? undefined : matchFrom(pattern, characters, start, true, budget);
    if (start === undefined || end === undefined || (end === start && at < characters.length)) break;
    if (end === start && pattern.literals.length === 1) break;
    pieces.push(characters.slice(at, start).join(''), replacement);
    budget.spend(replacement.length + 1);
    at = end;
    if (!all) break;
  }
  return pieces.join('') + characters.slice(at).join('');
}

/**
 * Where a match that begins at `start` ends. Each literal but the last is best taken where it comes first: whatever
 * follows a later place follows the earlier one, too.
 */
function matchFrom(
  { literals }: ShellPattern,
  value: readonly string[],
  start: number,
  longest: boolean,
  budget: WorkBudget,
): number | undefined {
  const [first = [], ...others] = literals;
  if (!fits(first, value, start)) return undefined;
  budget.spend(1 + (first.length >> 4));
  let at = start + first.length;
  for (const [index, literal] of others.entries()) {
    const isLast = index === others.length - 1;
    const found =
      isLast && longest ? findLastLiteral(literal, value, at, budget) : findLiteral(literal, value, at, budget);
    if (found === undefined) return undefined;
    at = found + literal.length;
  }
  return at;
}

function findLiteral(literal: Literal, value: readonly string[], from: number, budget: WorkBudget): number | undefined {
  for (let at = from; at + literal.length <= value.length; at++) {
    if (fits(literal, value, at)) {
      budget.spend(((at - from) * (literal.length + 1)) >> 4);
      return at;
    }
  }
  budget.spend((Math.max(0, value.length - from) * (literal.length + 1)) >> 4);
  return undefined;
}

function findLastLiteral(
  literal: Literal,
  value: readonly string[],
  from: number,
  budget: WorkBudget,
): number | undefined {
  budget.spend((Math.max(0, value.length - from) * (literal.length + 1)) >> 4);
  for (let at = value.length - literal.length; at >= from; at--) if (fits(literal, value, at)) return at;
  return undefined;
}

function fits(literal: Literal, value: readonly string[], at: number): boolean {
  if (at + literal.length > value.length) return false;
  return literal.every((character, index) => character === undefined || character === value[at + index]);
}
