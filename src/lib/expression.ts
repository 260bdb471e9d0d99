import { createRequire } from 'node:module';
import type * as Re2 from 're2js';

/** A regular expression as Go's `regexp` reads it. It matches anywhere in a text. */
export interface Expression {
  /** Takes time in proportion to the text, whatever the expression: nothing is tried and taken back. */
  test(text: string): boolean;
}

/** What needs no engine of its own: characters that stand for themselves, perhaps with both ends. */
const PLAIN = /^\^?[\w /-]*\$?$/;
/** Longer ones name nothing that there is, and would cost seconds to read. */
const MAX_LENGTH = 4096;
const TOO_LONG = `error parsing regexp: expression of more than ${MAX_LENGTH} characters`;

let loaded: typeof Re2 | undefined;

/**
 * Clients send expressions, and JavaScript's own engine can be kept busy for years by a short one.
 * @throws Error with Go's text, `error parsing regexp: …`, for what is no expression.
 */
export function parseExpression(source: string): Expression {
  if (PLAIN.test(source)) return new RegExp(source);
  if (source.length > MAX_LENGTH) throw new Error(TOO_LONG);
  // Rarely needed, and 4 MB of the daemon's memory.
  loaded ??= createRequire(import.meta.url)('re2js') as typeof Re2;
  const compiled = loaded.RE2JS.compile(source);
  return { test: (text) => compiled.matcher(text).find() };
}

/**
 * The test that filters by name and ID are: whether any of the values matches any of the texts. A value that is no
 * expression matches only what is equal to it, as with Docker.
 */
export function matchesAnyOf(values: readonly string[]): (...texts: string[]) => boolean {
  const equal = new Set(values);
  const expressions = values.flatMap((value) => {
    try {
      return [parseExpression(value)];
    } catch {
      // It is in `equal` like all others.
      return [];
    }
  });
  return (...texts) => texts.some((text) => equal.has(text) || expressions.some((expression) => expression.test(text)));
}
