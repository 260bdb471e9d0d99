import type { ChainId } from '../../../lib/digest.ts';
import type { WorkdirStep } from '../../plan/build-plan.ts';
import type { BuildRun } from '../build-run.ts';
import { changeLayer } from './fill-layer.ts';
import type { PreparedStep } from './make-step.ts';
import { resolveOwner } from './resolve-owner.ts';

export function prepareWorkdir(run: BuildRun, step: WorkdirStep, below: ChainId | undefined): PreparedStep {
  const { path, user } = step;
  return {
    input: [path, user ?? null],
    make: (keep) =>
      changeLayer(
        run,
        below,
        async (root) => {
          const owner = await resolveOwner(run, root, user ?? '');
          await run.backend.maker.makeDirectory({ root, path, owner });
        },
        keep,
      ),
  };
}
