import { type ChainId, type Digest, digestOf, hexOf } from '../../lib/digest.ts';
import type { Keep, StepResult } from '../cache/build-cache.ts';
import type { StagePlan, Step } from '../plan/build-plan.ts';
import type { StepReport } from './build-progress.ts';
import type { BuildRun, HistoryStep, StageState } from './build-run.ts';
import { prepareCopy } from './copy-step.ts';
import { adoptLinked, isLinked, linkLayer } from './link-layer.ts';
import { epochNs } from './make-base.ts';
import { prepareRun } from './run-step.ts';
import { prepareWorkdir } from './workdir-step.ts';

export interface StepPlace {
  readonly stage: StagePlan;
  readonly step: Step;
  readonly before: StageState;
  /** The topmost of the layers that the step works on; a linked step works on none, whatever the stage has. */
  readonly below: ChainId | undefined;
  readonly report: StepReport;
}

/** A step with everything known that its result depends on. */
export interface PreparedStep {
  /** What its result depends on beside the layers below. Results of equal inputs are equal. */
  readonly input: unknown;
  /** The same with other words, which are equal more often and take longer to be had. */
  readonly refine?: () => Promise<unknown>;
  make(keep: Keep): Promise<void>;
}

/**
 * What a step makes of a stage: from the cache, or made. The cache's key is what the step depends on and nothing else:
 * the layers below it by their content, its own arguments, and the content of the files that it takes.
 */
export async function performStep(
  run: BuildRun,
  given: Omit<StepPlace, 'below'>,
): Promise<{ readonly state: StageState; readonly isCached: boolean; readonly id: string }> {
  const { step, stage, before } = given;
  const place = { ...given, below: isLinked(step) ? undefined : before.top };
  const mayUse = mayUseCache(run, stage);
  const prepared = await prepare(run, place);
  const keys = await keysOf(run, place, prepared, mayUse);
  if (mayUse) adoptImported(run, keys, step);
  const { result: made, isCached } = await run.cache.resolve({
    keys,
    parentId: isLinked(step) ? undefined : before.entryId,
    description: step.title,
    mayUse,
    createdNs: epochNs(run),
    signal: run.signal,
    make: (keep) => run.slots.run(run.signal, () => prepared.make(keep)),
  });
  const placed = isLinked(step) ? await linkLayer(run, given, made) : made;
  return { state: after(given, { made, placed, keys }), isCached, id: hexOf(keys.at(-1) ?? digestOf('')) };
}

function mayUseCache({ request }: BuildRun, { name, id }: StagePlan): boolean {
  return !request.noCache && !request.noCacheStages.includes(name ?? String(id));
}

function prepare(run: BuildRun, place: StepPlace): Promise<PreparedStep> | PreparedStep {
  const { step } = place;
  switch (step.kind) {
    case 'run':
      return prepareRun(run, { ...place, step });
    case 'copy':
      return prepareCopy(run, { ...place, step });
    case 'workdir':
      return prepareWorkdir(run, { ...place, step });
    case 'config':
      return {
        input: [step.config, step.author, step.createdBy],
        make: async (keep) => keep({ top: place.below, sizeBytes: 0 }),
      };
  }
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

/** `placed` is on the stage's layers; `made` is what the cache has, which for a linked step is not. */
function after(
  { before, step }: Omit<StepPlace, 'below'>,
  { made, placed, keys }: { readonly made: StepResult; readonly placed: StepResult; readonly keys: readonly string[] },
): StageState {
  const { top, createdNs, id } = placed;
  const { createdBy } = step;
  const madeLayer = top !== before.top;
  const entry: HistoryStep[] = createdBy === undefined ? [] : [{ createdNs, createdBy, madeLayer }];
  const known = { keys, top: made.top === undefined ? undefined : top, createdNs };
  return { top, history: [...before.history, ...entry], entryId: id, steps: [...before.steps, known] };
}
