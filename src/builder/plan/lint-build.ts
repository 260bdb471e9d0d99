import { isEngineError } from '../../errors/engine-error.ts';
import { parseDockerfile } from '../parse/parse-dockerfile.ts';
import { sourceExcerpt } from '../parse/source-error.ts';
import type { LintWarning } from './lint-warning.ts';
import { linterFor, planWithLinter } from './plan-build.ts';
import type { PlanOptions } from './plan-options.ts';

/** What `--check` finds: mistakes of all kinds, and no build. */
export interface LintReport {
  /** By line. */
  readonly warnings: readonly LintWarning[];
  /** Why a build would fail before its first step; the warnings are then those before that place. */
  readonly error: string | undefined;
  /** All of it, as docker prints it. */
  readonly text: string;
}

/** Looks at all stages unless a target is given. Never throws for what is wrong with the Dockerfile. */
export async function lintBuild(bytes: Uint8Array, options: PlanOptions): Promise<LintReport> {
  const name = options.dockerfileName ?? 'Dockerfile';
  try {
    const dockerfile = parseDockerfile(name, bytes);
    const linter = linterFor(dockerfile, options);
    const error = await errorOf(planWithLinter(dockerfile, { ...options, allStages: !options.target }, linter));
    const warnings = linter.warnings.toSorted((a, b) => lineOf(a) - lineOf(b) || (a.message < b.message ? -1 : 1));
    const texts = warnings.map((warning) => warningText(warning, dockerfile));
    return { warnings, error, text: reportText(texts, error) };
  } catch (error) {
    if (!isEngineError(error)) throw error;
    return { warnings: [], error: error.message, text: reportText([], error.message) };
  }
}

async function errorOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (isEngineError(error)) return error.message;
    throw error;
  }
}

function lineOf({ lines }: LintWarning): number {
  return lines[0]?.start ?? 0;
}

function warningText({ rule, url, message, lines }: LintWarning, source: Parameters<typeof sourceExcerpt>[0]): string {
  return `\nWARNING: ${rule}${url === '' ? '' : ` - ${url}`}\n${message}\n${sourceExcerpt(source, lines)}\n`;
}

function reportText(warnings: readonly string[], error: string | undefined): string {
  const failure = error === undefined ? '' : `${warnings.length === 0 ? '' : '\n'}ERROR: ${error}\n`;
  return `${headline(warnings.length, error !== undefined)}${warnings.join('')}${failure}`;
}

function headline(count: number, hasError: boolean): string {
  if (count === 0) return hasError ? '' : 'Check complete, no warnings found.\n';
  return `Check complete, ${count === 1 ? '1 warning has' : `${count} warnings have`} been found!\n`;
}
