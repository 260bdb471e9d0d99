import { fullName, parseSpecifier, withDefaultTag } from '../../lib/image-reference.ts';
import type { Platform } from '../../lib/platform.ts';
import type { LineRange } from '../parse/dockerfile.ts';
import { locating } from '../parse/source-error.ts';
import type { StageBase, StagePlan, Step, StepNumber } from './build-plan.ts';
import { stageName } from './link-sources.ts';
import { planArg, planHealthcheck, planList, planOnbuild, planPairs, planProcess, planText } from './plan-config.ts';
import type { PlanContext } from './plan-context.ts';
import { planCopy } from './plan-copy.ts';
import { planRun } from './plan-run.ts';
import type { PlannedCommand, StageNode } from './stage-node.ts';
import { needsOf } from './stage-node.ts';
import type { StageState } from './stage-state.ts';
import type { StepContext, StepDraft } from './step-context.ts';
import { stepTitle } from './step-title.ts';

/** What a stage begins with. */
export interface StageStart {
  readonly state: StageState;
  /** Of the files that it begins with. */
  readonly platform: Platform;
  /** Whether there is no other stage: then steps need not say whose they are. */
  readonly isOnly: boolean;
}

const COUNTED = ['run', 'copy', 'add', 'workdir'];

/** Works out all steps of a stage, whose base must have been before; `state` ends as what its images have. */
export function planStage(plan: PlanContext, node: StageNode, start: StageStart): StagePlan {
  const { state, platform, isOnly } = start;
  const context: StepContext = { plan, node, state };
  const { resolved } = node;
  const isReplaced = resolved !== undefined && 'replaces' in resolved && resolved.replaces;
  const commands = isReplaced ? [] : node.commands;
  const hasBaseStep = node.base === undefined && resolved?.kind !== 'scratch';
  const counted = commands.filter(({ command }) => COUNTED.includes(command.kind)).length;
  const counter = { index: 0, total: counted + (hasBaseStep ? 1 : 0) };
  const baseStep = hasBaseStep ? { title: `FROM ${baseTitle(node)}`, number: take(counter) } : undefined;
  const steps = commands.map((planned) => planStep(context, planned, counter));
  return {
    id: node.index,
    name: node.name,
    label: isOnly ? '' : stageName(node),
    base: baseOf(node),
    baseStep,
    platform,
    lines: node.lines,
    steps,
    config: state.config,
    author: state.author,
    needs: needsOf(node).flatMap((needed) => (needed.from === undefined ? [] : needed.index)),
  };
}

/** An image by its full name, as it is looked for. */
function baseTitle({ baseName, resolved }: StageNode): string {
  if (resolved?.kind !== 'image') return baseName;
  const specifier = parseSpecifier(resolved.image.reference);
  return specifier.kind === 'id' ? baseName : fullName(withDefaultTag(specifier.reference));
}

function baseOf({ base, resolved }: StageNode): StageBase {
  if (base !== undefined) return { kind: 'stage', id: base.index };
  if (resolved?.kind === 'image') return { kind: 'image', image: resolved.image };
  if (resolved?.kind === 'context') return { kind: 'context', name: resolved.name };
  return { kind: 'scratch' };
}

function planStep(context: StepContext, planned: PlannedCommand, counter: { index: number; total: number }): Step {
  const lines: LineRange = planned.command.instruction.lines;
  return locating(context.plan.dockerfile, lines, () => {
    const title = stepTitle(context, planned);
    const draft = planDraft(context, planned);
    const { config, author } = context.state;
    const number = draft.kind === 'config' ? undefined : take(counter);
    return { ...draft, lines, title, number, config, author };
  });
}

function take(counter: { index: number; total: number }): StepNumber {
  counter.index++;
  return { index: counter.index, total: counter.total };
}

function planDraft(context: StepContext, planned: PlannedCommand): StepDraft {
  const { command } = planned;
  switch (command.kind) {
    case 'env':
    case 'label':
      return planPairs(context, command, planned);
    case 'arg':
      return planArg(context, command, planned);
    case 'run':
      return planRun(context, command, planned);
    case 'copy':
    case 'add':
      return planCopy(context, command, planned);
    case 'cmd':
    case 'entrypoint':
    case 'shell':
      return planProcess(context, command, planned);
    case 'healthcheck':
      return planHealthcheck(context, command, planned);
    case 'volume':
    case 'expose':
      return planList(context, command, planned);
    case 'workdir':
    case 'user':
    case 'stopsignal':
    case 'maintainer':
      return planText(context, command, planned);
    case 'onbuild':
      return planOnbuild(context, command, planned);
    case 'from':
      throw new Error('a stage holds no FROM of its own');
  }
}
