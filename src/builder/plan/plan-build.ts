import { hostPlatform } from '../../lib/platform.ts';
import type { Dockerfile } from '../parse/dockerfile.ts';
import { parseCommands } from '../parse/parse-command.ts';
import { parseDockerfile } from '../parse/parse-dockerfile.ts';
import { WorkBudget } from '../parse/work-budget.ts';
import { arrangeStages, cutIntoStages, findTarget } from './arrange-stages.ts';
import type { BuildPlan, StagePlan } from './build-plan.ts';
import { NO_CHECK_OPTIONS, parseCheckOptions } from './check-options.ts';
import type { FileStages } from './file-stages.ts';
import { ownValue, predefinedArguments, withGlobalArgs } from './global-arguments.ts';
import { assertNoCycles, SourceLinker } from './link-sources.ts';
import { lintDefaultBases, lintInstructions, lintKeywordCasing, lintStageNames } from './lint-stages.ts';
import { Linter } from './linter.ts';
import type { PlanContext } from './plan-context.ts';
import { namedContextFinder } from './plan-context.ts';
import type { PlanBuild, PlanOptions } from './plan-options.ts';
import type { StageStart } from './plan-stage.ts';
import { planStage } from './plan-stage.ts';
import { isPredefined } from './proxy-arguments.ts';
import { resolveBases } from './resolve-bases.ts';
import type { StageNode } from './stage-node.ts';
import { StageState } from './stage-state.ts';

const EPOCH = 'SOURCE_DATE_EPOCH';

export const planBuild: PlanBuild = async (bytes, options) => {
  const dockerfile = parseDockerfile(options.dockerfileName ?? 'Dockerfile', bytes);
  const linter = linterFor(dockerfile, options);
  return planWithLinter(dockerfile, options, linter);
};

/** @throws invalid_argument for options that make no sense */
export function linterFor({ directives }: Dockerfile, { buildArgs = {} }: PlanOptions): Linter {
  const text = ownValue(buildArgs, 'BUILDKIT_DOCKERFILE_CHECK') ?? directives.check;
  return new Linter(text === undefined ? NO_CHECK_OPTIONS : parseCheckOptions(text));
}

/** `planBuild` with the warnings where the caller sees them, also those that came before an error. */
export async function planWithLinter(dockerfile: Dockerfile, options: PlanOptions, linter: Linter): Promise<BuildPlan> {
  const commands = parseCommands(dockerfile, (sofar) => lintInstructions(linter, dockerfile, sofar));
  const file = cutIntoStages({ dockerfile }, commands);
  const context = planContext(dockerfile, options, linter, file);
  const nodes = arrangeStages(context, file);
  const fileNodes = [...nodes];
  const target = findTarget(fileNodes, options.target);
  const linker = new SourceLinker(context, nodes);
  for (const node of fileNodes) {
    const linked = node.commands.map(({ command }) => linker.link(node, command, false, command.instruction.lines));
    node.commands.splice(0, node.commands.length, ...linked);
  }
  assertNoCycles(context, nodes);
  const roots = options.allStages === true ? fileNodes : [target];
  const reachable = await resolveBases(context, nodes, roots, linker);
  assertNoCycles(context, nodes);
  const stages = planStages(context, nodes, reachable, target);
  linter.assertClean();
  return finishPlan(context, stages, target.index);
}

function planContext(dockerfile: Dockerfile, options: PlanOptions, linter: Linter, file: FileStages): PlanContext {
  const { buildArgs = {}, target } = options;
  const { escape } = dockerfile.directives;
  const budget = new WorkBudget();
  lintStageNames(linter, file);
  lintKeywordCasing(linter, file);
  const platform = options.platform ?? hostPlatform();
  const targetName = target || file.stages.at(-1)?.from.name || 'default';
  const predefined = predefinedArguments(platform, targetName, buildArgs);
  lintDefaultBases(linter, file, predefined, { dockerfile, budget });
  const globals = withGlobalArgs(predefined, file.globalArgs, buildArgs, { source: dockerfile, escape, budget });
  const usedArgs = new Set([
    ...predefined.keys(),
    ...file.globalArgs.flatMap(({ definitions }) => definitions.map(({ key }) => key)),
  ]);
  const contextNamed = namedContextFinder(options);
  return { dockerfile, escape, options, buildArgs, platform, globals, linter, budget, usedArgs, contextNamed };
}

function planStages(
  context: PlanContext,
  nodes: readonly StageNode[],
  reachable: ReadonlySet<StageNode>,
  target: StageNode,
): StagePlan[] {
  const starts = new Map<StageNode, StageStart>();
  const stages: StagePlan[] = [];
  for (const node of nodes) {
    if (!reachable.has(node) || node.from === undefined) continue;
    const start = startOf(context, node, starts, nodes.length === 1);
    starts.set(node, start);
    const stage = planStage(context, node, start);
    stages.push(node === target ? withLabels(stage, context.options.labels) : stage);
  }
  return stages;
}

/** A stage that continues another has that one's platform, whatever its FROM says. */
function startOf(
  { budget }: PlanContext,
  { base, resolved = { kind: 'scratch' }, platform: wanted }: StageNode,
  starts: ReadonlyMap<StageNode, StageStart>,
  isOnly: boolean,
): StageStart {
  const below = base === undefined ? undefined : starts.get(base);
  if (below !== undefined) return { state: below.state.next(), platform: below.platform, isOnly };
  const platform = resolved.kind === 'image' ? resolved.image.platform : wanted;
  return { state: StageState.of(resolved, budget), platform, isOnly };
}

function withLabels(stage: StagePlan, labels: Readonly<Record<string, string>> = {}): StagePlan {
  if (Object.keys(labels).length === 0) return stage;
  return { ...stage, config: { ...stage.config, Labels: { ...stage.config.Labels, ...labels } } };
}

function finishPlan(context: PlanContext, stages: readonly StagePlan[], targetId: number): BuildPlan {
  const { dockerfile, linter, buildArgs, usedArgs, globals } = context;
  const target = stages.find(({ id }) => id === targetId);
  if (target === undefined) throw new Error(`stage ${targetId} was not planned`);
  const unusedBuildArgs = Object.keys(buildArgs).filter((name) => !usedArgs.has(name) && !isPredefined(name));
  const sourceDateEpoch = ownValue(buildArgs, EPOCH) ?? (globals.get(EPOCH) || undefined);
  return { dockerfile, stages, target, warnings: linter.warnings, unusedBuildArgs, sourceDateEpoch };
}
