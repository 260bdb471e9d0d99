import type { Command } from '../parse/command.ts';
import type { Instruction } from '../parse/dockerfile.ts';
import { expandWord } from '../parse/expand-word.ts';
import { closest } from '../parse/suggestion.ts';
import type { ConfigStep, CopyStep, FileTree, RunStep, WorkdirStep } from './build-plan.ts';
import type { PlanContext } from './plan-context.ts';
import type { PlannedCommand, StageNode } from './stage-node.ts';
import type { StageState } from './stage-state.ts';

/** Where a step is planned: its stage, as its instructions so far have left it. */
export interface StepContext {
  readonly plan: PlanContext;
  readonly node: StageNode;
  readonly state: StageState;
}

type Own<S> = Omit<S, 'lines' | 'title' | 'number' | 'config' | 'author'>;

/** A step without what all steps have in common. */
export type StepDraft = Own<ConfigStep> | Own<WorkdirStep> | Own<RunStep> | Own<CopyStep>;

export type StepPlanner<C extends Command> = (context: StepContext, command: C, planned: PlannedCommand) => StepDraft;

/** Expands one value of an instruction, and reports variables that nothing defines. */
export function expandValue({ plan, state }: StepContext, instruction: Instruction, value: string): string {
  const { escape, budget } = plan;
  const { text, unmatched } = expandWord(value, { escape, variables: state.variables, budget });
  reportUndefined(plan, state, instruction, unmatched);
  return text;
}

/** The same for the content of a heredoc, in which quotes are characters like any other. */
export function expandContent({ plan, state }: StepContext, instruction: Instruction, content: string): string {
  const rules = { escape: '\\', variables: state.variables, ignoreQuotes: true, budget: plan.budget };
  const { text, unmatched } = expandWord(content, rules);
  reportUndefined(plan, state, instruction, unmatched);
  return text;
}

export function reportUndefined(
  { linter, budget }: PlanContext,
  state: StageState,
  instruction: Instruction,
  names: ReadonlySet<string>,
): void {
  for (const name of names) {
    if (state.hasArg(name)) continue;
    budget.spend(state.variables.size);
    const near = closest(name, state.variables.keys());
    const hint = near === undefined ? '' : ` (did you mean $${near}?)`;
    linter.warn('UndefinedVar', `Usage of undefined variable '$${name}'${hint}`, instruction);
  }
}

/** The files that a linked source stands for; the context where nothing is named. */
export function treeOf(node: StageNode | undefined): FileTree {
  if (node === undefined) return { kind: 'context' };
  const { resolved } = node;
  if (node.from !== undefined && !(resolved !== undefined && 'replaces' in resolved && resolved.replaces)) {
    return { kind: 'stage', id: node.index };
  }
  if (resolved?.kind === 'image') return { kind: 'image', image: resolved.image };
  if (resolved?.kind === 'context') return { kind: 'named-context', name: resolved.name };
  return { kind: 'scratch' };
}
