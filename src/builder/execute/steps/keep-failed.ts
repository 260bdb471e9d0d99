import type { ContainerId } from '../../../lib/ids.ts';
import { nowNs } from '../../../lib/timestamps.ts';
import type { StagePlan, Step } from '../../plan/build-plan.ts';
import type { BuildRun, StageState } from '../build-run.ts';
import { keepImage } from '../keep-image.ts';
import { RunFailed } from './run-failed.ts';

/** Makes an image of the files as a failed command has left them. The cache never knows of it. */
export async function keepFailed(
  run: BuildRun,
  place: { readonly stage: StagePlan; readonly step: Step; readonly before: StageState },
  id: ContainerId,
  failure: RunFailed,
): Promise<RunFailed> {
  const { stage, step, before } = place;
  const top = await run.backend.maker.seal(id, { latestSeconds: run.epoch, signal: run.signal }, () => undefined);
  const entry = { createdNs: nowNs(), createdBy: step.createdBy ?? step.title, madeLayer: top !== before.top };
  const state: StageState = { top, history: [...before.history, entry], entryId: undefined, steps: [] };
  const imageId = await keepImage(run, stage, state, { config: step.config, author: step.author, names: [] });
  return new RunFailed(failure.argv, failure.exitCode, failure.end, imageId);
}
