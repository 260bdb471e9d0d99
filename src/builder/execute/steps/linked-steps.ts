import type { CopyStep, StagePlan, Step } from '../../plan/build-plan.ts';
import type { BuildRun } from '../build-run.ts';
import { prepareCopy } from './copy-step.ts';
import { isLinked } from './link-layer.ts';
import { type MadeStep, makeStep } from './make-step.ts';

async function begin(run: BuildRun, stage: StagePlan, step: CopyStep): Promise<MadeStep> {
  const prepared = await prepareCopy(run, step, undefined);
  return makeStep(run, { stage, step, below: undefined, parentId: undefined }, prepared);
}

/**
 * The linked steps of a stage. They need nothing of what comes before them, and so do not wait for it: all of them begin
 * at once, and their failures are told when their turns come.
 */
export class LinkedSteps {
  readonly #ended = new AbortController();
  readonly #steps = new Map<Step, Promise<MadeStep>>();

  constructor(run: BuildRun, stage: StagePlan) {
    const linked = stage.steps.filter(isLinked);
    if (linked.length === 0) return;
    const own = { ...run, signal: AbortSignal.any([run.signal, this.#ended.signal]) };
    for (const step of linked) {
      const made = begin(own, stage, step);
      made.catch(() => undefined); // told to the stage, when the step's turn comes
      this.#steps.set(step, made);
    }
  }

  /** Undefined for a step that is none of them. */
  get(step: Step): Promise<MadeStep> | undefined {
    return this.#steps.get(step);
  }

  /** Calls off those that nobody waits for any more; resolves when nothing of them goes on. */
  async end(): Promise<void> {
    this.#ended.abort(new Error('the stage has ended'));
    await Promise.allSettled(this.#steps.values());
  }
}
