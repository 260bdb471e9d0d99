import type { PruneCacheRequest, PruneCacheResult } from '../../../builder/cache/prune-cache.ts';
import type { BuildResult } from '../../../builder/execute/build.ts';
import type { BuildProgress, StepReport } from '../../../builder/execute/build-progress.ts';
import type { BuildRequest, BuildSecret } from '../../../builder/execute/build-request.ts';
import type { BuildPlan, StagePlan } from '../../../builder/plan/build-plan.ts';
import type { LintReport } from '../../../builder/plan/lint-build.ts';

export type { BuildPlan, BuildProgress, BuildRequest, BuildResult, BuildSecret, LintReport, StagePlan, StepReport };

/** What the routes of builds need of the engine; errors and guarantees as in `builder/execute/builder.ts`. */
export interface BuildBackend {
  build(request: BuildRequest, id: string, progress: BuildProgress): Promise<BuildResult>;
  /** All files of an image as one tar, and nothing else. @throws not_found. */
  rootfs(image: string): Promise<AsyncIterable<Uint8Array>>;
  /** Nothing happens without such a build. */
  cancel(id: string): void;
  prune(request: PruneCacheRequest): Promise<PruneCacheResult>;
}
