import { messageOf } from '../../errors/engine-error.ts';
import type { LineRange } from '../parse/dockerfile.ts';
import { located, sourceExcerpt } from '../parse/source-error.ts';
import type { StagePlan, Step } from '../plan/build-plan.ts';
import type { StepFailure } from './build-progress.ts';
import type { BuildRun, StageState } from './build-run.ts';
import { makeBase } from './make-base.ts';
import { LinkedSteps } from './steps/linked-steps.ts';
import { performStep } from './steps/perform-step.ts';
import { RunFailed } from './steps/run-failed.ts';

/** Performs the steps of a stage, one after the other. @throws what a step fails with, and where. */
export async function runStage(run: BuildRun, stage: StagePlan): Promise<StageState> {
  const linkedSteps = new LinkedSteps(run, stage);
  try {
    let state = await reported(run, stage, -1, () => makeBase(run, stage));
    for (const [index, step] of stage.steps.entries()) {
      const place = { stage, step, before: state, linked: linkedSteps.get(step) };
      state = await reported(run, stage, index, (report) => performStep(run, { ...place, report }));
    }
    return state;
  } finally {
    await linkedSteps.end();
  }
}

interface Performed {
  readonly state: StageState;
  readonly isCached: boolean;
  readonly id: string;
}

async function reported(
  run: BuildRun,
  stage: StagePlan,
  index: number,
  work: (report: ReturnType<BuildRun['progress']['begin']>) => Promise<Performed>,
): Promise<StageState> {
  run.signal.throwIfAborted();
  const report = run.progress.begin(stage, index);
  const step: Step | undefined = stage.steps[index];
  try {
    const { state, isCached, id } = await work(report);
    if (isCached) report.cached();
    report.done(id);
    return state;
  } catch (error) {
    const told = error instanceof RunFailed ? error : located(run.plan.dockerfile, step?.lines ?? stage.lines, error);
    report.failed(failureOf(run, told, step?.lines ?? stage.lines));
    throw told;
  }
}

function failureOf({ signal, plan }: BuildRun, error: unknown, lines: LineRange): StepFailure {
  // A stage ends the others by its failure only after it has told of it.
  if (signal.aborted) return { message: messageOf(error), isCanceled: true };
  if (!(error instanceof RunFailed)) return { message: messageOf(error), isCanceled: false };
  const excerpt = sourceExcerpt(plan.dockerfile, [lines]);
  return { message: error.message, isCanceled: false, lines: error.end.lines, excerpt };
}
