import assert from 'node:assert/strict';
import type { ImageRunConfig } from '../../../images/image-store.ts';
import type { BuildPlan, CopyStep, RunStep, Step } from '../build-plan.ts';
import { planBuild } from '../plan-build.ts';
import type { PlanOptions } from '../plan-options.ts';

/** Images by the names that Dockerfiles give them; any other name is one with nothing but a PATH. */
type Images = Readonly<Record<string, ImageRunConfig>>;

/** Plans a Dockerfile given as lines, with images that exist nowhere. */
export function planLines(
  lines: readonly string[],
  { images = {}, ...options }: Partial<PlanOptions> & { readonly images?: Images } = {},
): Promise<BuildPlan> {
  return planBuild(Buffer.from(`${lines.join('\n')}\n`), {
    resolveImage: async (reference, platform) => ({
      reference,
      id: `id of ${reference}`,
      platform,
      config: images[reference] ?? { Env: ['PATH=/bin'] },
      author: undefined,
    }),
    ...options,
  });
}

/** Of the target. */
export function stepsOf<K extends Step['kind']>({ target }: BuildPlan, kind: K): Extract<Step, { readonly kind: K }>[] {
  return target.steps.filter((step): step is Extract<Step, { readonly kind: K }> => step.kind === kind);
}

/** The first RUN after these lines in a stage on busybox. */
export async function runOf(...lines: readonly string[]): Promise<RunStep> {
  const [step] = stepsOf(await planLines(['FROM busybox', ...lines]), 'run');
  assert.ok(step);
  return step;
}

/** The first COPY or ADD. */
export async function copyOf(...lines: readonly string[]): Promise<CopyStep> {
  const [step] = stepsOf(await planLines(['FROM busybox', ...lines]), 'copy');
  assert.ok(step);
  return step;
}
