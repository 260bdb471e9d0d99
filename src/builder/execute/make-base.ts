import { digestOf, hexOf } from '../../lib/digest.ts';
import type { StagePlan } from '../plan/build-plan.ts';
import type { BuildRun, StageState } from './build-run.ts';
import { fillLayer, pickOf } from './steps/fill-layer.ts';

/** What a stage starts from. */
export async function makeBase(
  run: BuildRun,
  { base }: StagePlan,
): Promise<{ readonly state: StageState; readonly isCached: boolean; readonly id: string }> {
  const empty: StageState = { top: undefined, history: [], entryId: undefined, steps: [] };
  switch (base.kind) {
    case 'scratch':
      return { state: empty, isCached: false, id: '' };
    case 'stage': {
      const state = await run.stage(base.id);
      return { state, isCached: false, id: state.top === undefined ? '' : hexOf(state.top) };
    }
    case 'image': {
      const { topChainId, id } = await run.backend.images.resolve(base.image.id);
      return { state: { ...empty, top: topChainId }, isCached: false, id: hexOf(id) };
    }
    case 'context': {
      const tree = await run.namedContext(base.name);
      const digest = digestOf(`context ${tree.digest('', new Set(), { owners: true })} ${run.epoch ?? ''}`);
      const { result, isCached } = await run.cache.resolve({
        keys: [digest],
        parentId: undefined,
        description: `FROM ${base.name}`,
        mayUse: true,
        createdNs: epochNs(run),
        signal: run.signal,
        make: (keep) => {
          const pick = pickOf(tree, []);
          return fillLayer(
            run,
            undefined,
            () => ({ picks: [pick], destination: '/', owner: undefined, mode: undefined }),
            keep,
          );
        },
      });
      return { state: { ...empty, top: result.top, entryId: result.id }, isCached, id: hexOf(digest) };
    }
  }
}

/** When the build's steps are said to have been made; undefined for the time when they are. */
export function epochNs({ epoch }: BuildRun): bigint | undefined {
  return epoch === undefined ? undefined : BigInt(epoch) * 1_000_000_000n;
}
