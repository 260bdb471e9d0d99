import type { BuildPlan, StagePlan } from './backend.ts';

/** What a step is called where all of them are counted together, as by Docker's classic builder: `FROM busybox`. */
export function titleOf({ dockerfile }: BuildPlan, stage: StagePlan, step: number): string {
  const own = stage.steps[step];
  const start = (own ?? stage).lines.start;
  const instruction = dockerfile.instructions.find(({ lines }) => lines.start === start);
  // What an ONBUILD brought in has the lines of the FROM.
  if (instruction === undefined || (own !== undefined && instruction.keyword === 'from'))
    return own?.title ?? 'FROM scratch';
  return instruction.text;
}

/** The number of a stage's base among all steps of the plan, from zero. */
export function firstStepOf({ stages }: BuildPlan, stage: StagePlan): number {
  let count = 0;
  for (const one of stages) {
    if (one.id === stage.id) break;
    count += one.steps.length + 1;
  }
  return count;
}

export function stepCount({ stages }: BuildPlan): number {
  return stages.reduce((sum, { steps }) => sum + steps.length + 1, 0);
}

/** What BuildKit and the classic builder say of build arguments that no ARG asked for; empty without any. */
export function unusedArgumentsText({ unusedBuildArgs }: BuildPlan): string {
  if (unusedBuildArgs.length === 0) return '';
  return `One or more build-args [${unusedBuildArgs.toSorted().join(' ')}] were not consumed`;
}
