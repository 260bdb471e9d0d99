import { messageOf } from '../../../errors/engine-error.ts';
import { locating } from '../../parse/source-error.ts';
import type { Step } from '../../plan/build-plan.ts';
import type { BuildRun } from '../build-run.ts';
import { findMounted } from '../mounts/open-bind.ts';
import { matchSource } from './match-source.ts';

type Known = Pick<BuildRun, 'plan' | 'context' | 'ignored' | 'progress'>;

/**
 * Looks for all that steps take from the context, before the first of them runs: nobody waits for a command to be told
 * that a file is missing. The step is told as begun, and failed.
 * @throws invalid_argument with an excerpt
 */
export function checkSources(known: Known): void {
  const { plan, progress } = known;
  for (const stage of plan.stages) {
    for (const [index, step] of stage.steps.entries()) {
      try {
        locating(plan.dockerfile, step.lines, () => checkStep(known, step));
      } catch (error) {
        progress.begin(stage, index).failed({ message: messageOf(error), isCanceled: false });
        throw error;
      }
    }
  }
}

function checkStep({ context, ignored }: Known, step: Step): void {
  if (step.kind === 'copy' && step.from.kind === 'context') {
    for (const source of step.sources) if (source.kind === 'path') matchSource(context, step, source, ignored);
  }
  if (step.kind !== 'run') return;
  for (const mount of step.mounts) {
    if (mount.kind === 'bind' && mount.from.kind === 'context') findMounted(context, mount.source, ignored);
  }
}
