import type { ChainId } from '../../lib/digest.ts';
import { type ContainerId, randomId } from '../../lib/ids.ts';
import type { BuildRun, StageState } from './build-run.ts';
import { openRoot } from './mounts/open-root.ts';

/** One layer in place of all that the stage's steps have made, on the same base. */
export async function squash(run: BuildRun, base: ChainId | undefined, state: StageState): Promise<StageState> {
  const { layers, maker } = run.backend;
  const { top } = state;
  if (top === undefined || top === base) return state;
  const chain = layers.chain(top);
  const above = chain.slice(chain.findIndex(({ chainId }) => chainId === base) + 1);
  const id = randomId<ContainerId>();
  await layers.createWritable(id, base);
  let squashed: ChainId | undefined;
  try {
    await maker.applyOnto(
      await openRoot(layers, id, base),
      above.map(({ chainId }) => chainId),
      run.signal,
    );
    squashed = await maker.seal(id, { latestSeconds: run.epoch, signal: run.signal }, () => undefined);
  } catch (error) {
    await layers.removeWritable(id);
    throw error;
  }
  const createdNs = state.history.at(-1)?.createdNs ?? 0n;
  const merged = { createdNs, createdBy: '', madeLayer: squashed !== base };
  const history = state.history.map((step) => ({ ...step, madeLayer: false }));
  return { ...state, top: squashed, history: [...history, merged], steps: [] };
}
