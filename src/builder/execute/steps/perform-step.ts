import { digestOf, hexOf } from '../../../lib/digest.ts';
import type { Step } from '../../plan/build-plan.ts';
import type { BuildRun, HistoryStep, StageState } from '../build-run.ts';
import { prepareCopy } from './copy-step.ts';
import { linkLayer } from './link-layer.ts';
import { type MadeStep, makeStep, type PreparedStep, type StepTurn } from './make-step.ts';
import { prepareRun } from './run-step.ts';
import { prepareWorkdir } from './workdir-step.ts';

/** What a stage is after a step. */
export async function performStep(
  run: BuildRun,
  turn: StepTurn,
): Promise<{ readonly state: StageState; readonly isCached: boolean; readonly id: string }> {
  const { step, before, linked } = turn;
  const made = await (linked ?? makeHere(run, turn));
  const placed = linked === undefined ? made.result : await linkLayer(run, turn, made.result);
  const { isCached, keys } = made;
  const { top, createdNs, id } = placed;
  const entry = historyOf(step, createdNs, top !== before.top);
  // A linked step that made nothing has no layer in the stage: the one below is not its own.
  const known = { keys, top: made.result.top === undefined ? undefined : top, createdNs };
  const state = { top, history: [...before.history, ...entry], entryId: id, steps: [...before.steps, known] };
  return { state, isCached, id: hexOf(keys.at(-1) ?? digestOf('')) };
}

async function makeHere(run: BuildRun, turn: StepTurn): Promise<MadeStep> {
  const { stage, step, before } = turn;
  const place = { stage, step, below: before.top, parentId: before.entryId };
  return makeStep(run, place, await prepare(run, turn));
}

function prepare(run: BuildRun, turn: StepTurn): Promise<PreparedStep> | PreparedStep {
  const { step, before } = turn;
  const below = before.top;
  switch (step.kind) {
    case 'run':
      return prepareRun(run, { ...turn, step });
    case 'copy':
      return prepareCopy(run, step, below);
    case 'workdir':
      return prepareWorkdir(run, step, below);
    case 'config':
      return {
        input: [step.config, step.author, step.createdBy],
        make: async (keep) => keep({ top: below, sizeBytes: 0 }),
      };
  }
}

function historyOf({ createdBy }: Step, createdNs: bigint, madeLayer: boolean): HistoryStep[] {
  return createdBy === undefined ? [] : [{ createdNs, createdBy, madeLayer }];
}
