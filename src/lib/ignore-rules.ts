import { posix } from 'node:path';
import { invalidArgument, messageOf } from '../errors/engine-error.ts';
import type { PathPattern } from './path-pattern.ts';
import { parsePathPattern } from './path-pattern.ts';

/** The rules of a `.dockerignore`, or of `COPY --exclude`. */
export interface IgnoreRules {
  /** No rule at all: every path is wanted. */
  readonly isEmpty: boolean;
  /** Whether any rule begins with `!`. */
  readonly hasExceptions: boolean;
  /** Whether the path (relative, no leading slash) or a folder that it is in is left out. The last rule that fits wins. */
  matches(path: string): boolean;
  /** Whether nothing below the folder, nor itself, can be wanted: it need not be walked. */
  prunes(folder: string): boolean;
}

/** The file of rules that belongs to a Dockerfile, and the one that is used where that does not exist. */
export function ignoreFilesOf(dockerfile: string): [own: string, shared: string] {
  return [`${dockerfile}.dockerignore`, '.dockerignore'];
}

/** @throws invalid_argument for a broken pattern */
export function parseIgnoreRules(text: string): IgnoreRules {
  const lines = text.replace(/^\ufeff/, '').split('\n');
  return ignoreRules(lines.filter((line) => !line.startsWith('#')));
}

/** @throws invalid_argument for a broken pattern */
export function ignoreRules(patterns: readonly string[]): IgnoreRules {
  return new RuleList(patterns.flatMap((pattern) => parseRule(pattern) ?? []));
}

interface Rule {
  readonly isException: boolean;
  readonly pattern: PathPattern;
  /** The parts of the pattern, to tell which folders it can reach into. */
  readonly parts: readonly string[];
}

function parseRule(line: string): Rule | undefined {
  const written = line.trim();
  if (written === '') return undefined;
  const isException = written.startsWith('!');
  const body = isException ? written.slice(1).trim() : written;
  if (body === '') throw invalidArgument('illegal exclusion pattern: "!"');
  const clean = cleanPattern(body);
  try {
    return { isException, pattern: parsePathPattern(clean, { deep: true }), parts: clean.split('/') };
  } catch (error) {
    throw invalidArgument(`error checking context: ${messageOf(error)}: ${JSON.stringify(written)}`, error);
  }
}

/** Go's `filepath.Clean`; a slash at the front means the context's root, where all patterns start anyway. */
function cleanPattern(pattern: string): string {
  const clean = posix.normalize(pattern).replace(/(?<=.)\/$/, '');
  return clean.length > 1 && clean.startsWith('/') ? clean.slice(1) : clean;
}

/** A walk asks for the files of one folder after the other: few folders are looked at again. */
const REMEMBERED_FOLDERS = 256;

class RuleList implements IgnoreRules {
  readonly #rules: readonly Rule[];
  readonly #folders = new Map<string, Uint8Array>();
  readonly isEmpty: boolean;
  readonly hasExceptions: boolean;

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
    this.isEmpty = rules.length === 0;
    this.hasExceptions = rules.some(({ isException }) => isException);
  }

  matches(path: string): boolean {
    if (this.isEmpty) return false;
    const slash = path.lastIndexOf('/');
    const above = slash <= 0 ? undefined : this.#folder(path.slice(0, slash));
    let isIgnored = false;
    for (const [index, { isException, pattern }] of this.#rules.entries()) {
      if (isException !== isIgnored) continue;
      if (above?.[index] === 1 || pattern.matches(path)) isIgnored = !isException;
    }
    return isIgnored;
  }

  prunes(folder: string): boolean {
    if (!this.matches(folder)) return false;
    if (!this.hasExceptions) return true;
    const parts = folder.split('/');
    return !this.#rules.some((rule) => rule.isException && reachesInto(rule, parts));
  }

  /** Which rules fit the folder or one that it is in. */
  #folder(folder: string): Uint8Array {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const slash = folder.lastIndexOf('/');
    const above = slash <= 0 ? undefined : this.#folder(folder.slice(0, slash));
    const fits = Uint8Array.from(this.#rules, ({ pattern }, index) =>
      above?.[index] === 1 || pattern.matches(folder) ? 1 : 0,
    );
    if (this.#folders.size >= REMEMBERED_FOLDERS) this.#folders.clear();
    this.#folders.set(folder, fits);
    return fits;
  }
}

/** Whether a path strictly below the folder could fit the rule; when in doubt, yes. */
function reachesInto({ parts, pattern }: Rule, folder: readonly string[]): boolean {
  if (pattern.isLiteral) return parts.length > folder.length && folder.every((part, index) => part === parts[index]);
  for (const [index, part] of folder.entries()) {
    const own = parts[index];
    if (own === undefined) return false;
    if (own.includes('**') || own.includes('[') || own.includes('\\')) return true;
    if (!parsePathPattern(own).matches(part)) return false;
  }
  return parts.length > folder.length;
}
