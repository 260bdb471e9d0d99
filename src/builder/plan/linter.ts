import { invalidArgument, isEngineError } from '../../errors/engine-error.ts';
import type { Instruction, LineRange } from '../parse/dockerfile.ts';
import type { CheckOptions } from './check-options.ts';
import { parseCheckOptions } from './check-options.ts';
import { LINT_RULES } from './lint-rules.ts';
import type { LintRuleName, LintWarning } from './lint-warning.ts';

const PAGES = 'https://docs.docker.com/go/dockerfile/rule/';

/** Collects warnings, each once, unless the Dockerfile asked to skip the rule. */
export class Linter {
  readonly #options: CheckOptions;
  readonly #warnings = new Map<string, LintWarning>();

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  get warnings(): LintWarning[] {
    return [...this.#warnings.values()];
  }

  /** About an instruction; a comment `# check=skip=…` directly above it is obeyed. */
  warn(rule: LintRuleName, message: string, instruction: Instruction): void {
    if (instruction.comments.some((comment) => isSkipped(rule, ownOptions(comment)))) return;
    this.warnAt(rule, message, instruction.lines);
  }

  warnAt(rule: LintRuleName, message: string, lines: LineRange): void {
    const { skip, experimental } = this.#options;
    const { description, page, isExperimental } = LINT_RULES[rule];
    const isAskedFor = isExperimental === true && (experimental === 'all' || experimental.has(rule));
    if (isExperimental === true ? !isAskedFor : isSkipped(rule, { skip })) return;
    const url = page === undefined ? '' : `${PAGES}${page}/`;
    this.#warnings.set(`${rule}:${lines.start}:${message}`, { rule, description, url, message, lines: [lines] });
  }

  /** @throws invalid_argument when there are warnings and the Dockerfile wants them to be errors */
  assertClean(): void {
    if (!this.#options.error || this.#warnings.size === 0) return;
    const rules = new Set(this.warnings.map(({ rule }) => rule));
    throw invalidArgument(`lint violation found for rules: ${[...rules].join(', ')}`);
  }
}

function isSkipped(rule: LintRuleName, options: Pick<CheckOptions, 'skip'> | undefined): boolean {
  return options !== undefined && (options.skip === 'all' || options.skip.has(rule));
}

/** A comment that only looks like options is a comment. */
function ownOptions(comment: string): CheckOptions | undefined {
  const [, text] = /^check\s*=\s*(.+)$/i.exec(comment) ?? [];
  try {
    return text === undefined ? undefined : parseCheckOptions(text);
  } catch (error) {
    if (isEngineError(error)) return undefined;
    throw error;
  }
}
