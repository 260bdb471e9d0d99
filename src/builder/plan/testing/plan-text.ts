import type { ImageRunConfig } from '../../../images/image-store.ts';
import type { BuildPlan } from '../build-plan.ts';
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
