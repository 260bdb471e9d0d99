import { digestOf } from '../../../lib/digest.ts';
import type { ImportedStep, StepResult } from '../../cache/build-cache.ts';
import type { CopyStep, Step } from '../../plan/build-plan.ts';
import type { BuildRun, StageState } from '../build-run.ts';
import { ownerByNumbers } from './resolve-owner.ts';

/**
 * Whether a step works on an empty file system, so that what it makes is the same on whatever layers (`--link`). With
 * `--chmod` BuildKit copies as it does without `--link`, links on the way followed, and Dockerfiles rely on it. An owner's
 * name needs the layers below as well: Docker's BuildKit copies as without `--link` then, others refuse it.
 */
export function isLinked(step: Step): step is CopyStep {
  if (step.kind !== 'copy' || !step.link || step.mode !== undefined) return false;
  return step.owner === undefined || ownerByNumbers(step.owner) !== undefined;
}

/**
 * Puts what a step made of nothing on top of the stage's layers. No file is read or written: both layers have the same.
 * It is an entry of the cache as well, so that the layer stays until it is pruned. Idempotent.
 */
export async function linkLayer(
  run: BuildRun,
  { step, before }: { readonly step: Step; readonly before: StageState },
  made: StepResult,
): Promise<StepResult> {
  const { top: source, createdNs } = made;
  if (source === undefined) return { ...made, top: before.top };
  if (before.top === undefined) return made;
  const { result } = await run.cache.resolve({
    keys: [digestOf(JSON.stringify(['link', before.top, source]))],
    parentId: before.entryId,
    description: `LINK ${step.title}`,
    mayUse: true,
    createdNs,
    signal: run.signal,
    make: async (keep) =>
      run.backend.maker.link(source, before.top, ({ chainId }) => keep({ top: chainId, sizeBytes: 0 })),
  });
  return { ...result, createdNs };
}

/** Takes a linked step over from another image: what its layer holds, without those below. All or nothing. */
export function adoptLinked(run: BuildRun, { top, createdNs }: ImportedStep, adopt: (own: ImportedStep) => void): void {
  if (top === undefined) adopt({ top, createdNs });
  else run.backend.maker.link(top, undefined, ({ chainId }) => adopt({ top: chainId, createdNs }));
}
