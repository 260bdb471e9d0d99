import { type ChainId, type Digest, digestOf } from '../../../lib/digest.ts';
import type { Keep, StepResult } from '../../cache/build-cache.ts';
import type { StagePlan, Step } from '../../plan/build-plan.ts';
import type { StepReport } from '../build-progress.ts';
import type { BuildRun, StageState } from '../build-run.ts';
import { epochNs } from '../make-base.ts';
import { adoptLinked, isLinked } from './link-layer.ts';

export interface StepPlace {
  readonly stage: StagePlan;
  readonly step: Step;
  /** The topmost of the layers that the step works on; a linked step works on none, whatever the stage has. */
  readonly below: ChainId | undefined;
  /** The cache's entry of the step before; undefined for a linked step. */
  readonly parentId: string | undefined;
}

/** A step whose turn it is. */
export interface StepTurn {
  readonly stage: StagePlan;
  readonly step: Step;
  readonly before: StageState;
  readonly report: StepReport;
  /** What a linked step comes to, which has begun already; undefined for any other. */
  readonly linked: Promise<MadeStep> | undefined;
}

/** A step with everything known that its result depends on. */
export interface PreparedStep {
  /** What its result depends on beside the layers below. Results of equal inputs are equal. */
  readonly input: unknown;
  /** The same with other words, which are equal more often and take longer to be had. */
  readonly refine?: () => Promise<unknown>;
  make(keep: Keep): Promise<void>;
}

export interface MadeStep {
  readonly result: StepResult;
  readonly isCached: boolean;
  /** What the cache finds it by, the most precise last. */
  readonly keys: readonly Digest[];
}

/**
 * What a step makes of the layers below it: from the cache, or made. The cache's key is what the step depends on and
 * nothing else: those layers by their content, its own arguments, and the content of the files that it takes.
 */
export async function makeStep(run: BuildRun, place: StepPlace, prepared: PreparedStep): Promise<MadeStep> {
  const { step, stage, parentId } = place;
  const mayUse = mayUseCache(run, stage);
  const keys = await keysOf(run, place, prepared, mayUse);
  if (mayUse) adoptImported(run, keys, step);
  const { result, isCached } = await run.cache.resolve({
    keys,
    parentId,
    description: step.title,
    mayUse,
    createdNs: epochNs(run),
    signal: run.signal,
    make: (keep) => run.slots.run(run.signal, () => prepared.make(keep)),
  });
  return { result, isCached, keys };
}

function mayUseCache({ request }: BuildRun, { name, id }: StagePlan): boolean {
  return !request.noCache && !request.noCacheStages.includes(name ?? String(id));
}

/** What is dear to know is only asked for where the rest finds nothing. */
async function keysOf(
  run: BuildRun,
  place: StepPlace,
  { input, refine }: PreparedStep,
  mayUse: boolean,
): Promise<Digest[]> {
  const keys = [keyOf(run, place, input)];
  if (refine === undefined || (mayUse && run.cache.has(keys))) return keys;
  return [...keys, keyOf(run, place, ['refined', await refine()])];
}

function keyOf({ epoch }: BuildRun, { below, step }: StepPlace, input: unknown): Digest {
  return digestOf(JSON.stringify([below ?? null, epoch ?? null, step.kind, input]));
}

function adoptImported(run: BuildRun, keys: readonly string[], step: Step): void {
  const found = keys.map((key) => run.imported.get(key)).find((known) => known !== undefined);
  if (found === undefined || run.cache.has(keys)) return;
  if (isLinked(step)) adoptLinked(run, found, (own) => run.cache.adopt(keys, own, step.title));
  else run.cache.adopt(keys, found, step.title);
}
