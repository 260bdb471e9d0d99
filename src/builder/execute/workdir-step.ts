import type { WorkdirStep } from '../plan/build-plan.ts';
import type { BuildRun } from './build-run.ts';
import { changeLayer } from './fill-layer.ts';
import type { PreparedStep, StepPlace } from './perform-step.ts';

export function prepareWorkdir(
  run: BuildRun,
  { step, before }: StepPlace & { readonly step: WorkdirStep },
): PreparedStep {
  const { path, user } = step;
  return {
    input: [path, user ?? null],
    make: (keep) =>
      changeLayer(
        run,
        before.top,
        async (root) => {
          const owner = await run.backend.containers.resolveUser(root, user ?? '');
          await run.backend.maker.makeDirectory({ root, path, owner });
        },
        keep,
      ),
  };
}
