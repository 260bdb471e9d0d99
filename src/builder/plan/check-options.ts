import { invalidArgument, messageOf } from '../../errors/engine-error.ts';
import { parseBool } from '../../lib/go-numbers.ts';

/** `# check=skip=RuleA,RuleB;error=true;experimental=all`. */
export interface CheckOptions {
  readonly skip: ReadonlySet<string> | 'all';
  readonly experimental: ReadonlySet<string> | 'all';
  /** Warnings make the build fail. */
  readonly error: boolean;
}

export const NO_CHECK_OPTIONS: CheckOptions = { skip: new Set(), experimental: new Set(), error: false };

/** @throws invalid_argument with BuildKit's texts */
export function parseCheckOptions(text: string): CheckOptions {
  let options = NO_CHECK_OPTIONS;
  if (text.trim() === '') return options;
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    if (equals < 0) throw failure(`invalid check option ${JSON.stringify(part)}`);
    const key = part.slice(0, equals).trim();
    const value = part.slice(equals + 1).trim();
    if (key === 'error') options = { ...options, error: parseError(part, value) };
    else if (key === 'skip' || key === 'experimental') options = { ...options, [key]: parseRules(value) };
    else throw failure(`invalid check option ${JSON.stringify(key)}`);
  }
  return options;
}

function parseRules(value: string): ReadonlySet<string> | 'all' {
  return value === 'all' ? 'all' : new Set(value.split(',').map((rule) => rule.trim()));
}

function parseError(part: string, value: string): boolean {
  try {
    return parseBool(value);
  } catch (error) {
    throw failure(`failed to parse check option ${JSON.stringify(part)}: ${messageOf(error)}`, error);
  }
}

function failure(reason: string, cause?: unknown): Error {
  return invalidArgument(`failed to parse check options: ${reason}`, cause);
}
