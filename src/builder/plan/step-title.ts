import { isEngineError } from '../../errors/engine-error.ts';
import { trimSpace } from '../parse/characters.ts';
import { expandWord } from '../parse/expand-word.ts';
import { parseHeredocMark } from '../parse/heredoc.ts';
import type { PlannedCommand } from './stage-node.ts';
import type { StepContext } from './step-context.ts';

/** The instruction on one line, as progress shows it: variables by their values, the keyword in capitals. */
export function stepTitle({ plan, state }: StepContext, { command, isOnbuild }: PlannedCommand): string {
  const { text, heredocs } = command.instruction;
  const [heredoc] = heredocs;
  const isScript = command.kind === 'run' && parseHeredocMark(command.line.words[0] ?? '') !== undefined;
  const summary = isScript && heredoc !== undefined ? ` (${firstLine(heredoc.content)})` : '';
  const written = text + summary;
  const isRun = command.kind === 'run';
  const rules = {
    escape: plan.escape,
    variables: state.variables,
    keepQuotes: isRun,
    keepUnset: isRun,
    budget: plan.budget,
  };
  const [, keyword = '', rest = ''] = /^(\S*)(.*)$/s.exec(expanded(written, rules)) ?? [];
  return `${isOnbuild ? 'ONBUILD ' : ''}${keyword.toUpperCase()}${rest}`;
}

function expanded(text: string, rules: Parameters<typeof expandWord>[1]): string {
  try {
    return expandWord(text, rules).text;
  } catch (error) {
    if (isEngineError(error)) return text;
    throw error;
  }
}

function firstLine(document: string): string {
  const [line = '', ...others] = trimSpace(document).split(/\r?\n/);
  return others.length > 0 ? `${line}...` : line;
}
