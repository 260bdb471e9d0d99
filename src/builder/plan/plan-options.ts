import type { IgnoreRules } from '../../lib/ignore-rules.ts';
import type { Platform } from '../../lib/platform.ts';
import type { BaseImage, BuildPlan } from './build-plan.ts';

/**
 * Reads a Dockerfile and works out everything that building it needs. Nothing is run and nothing but images' configurations
 * is asked for; only images of stages that the target needs are.
 * @throws invalid_argument with the line's excerpt in the message (`Dockerfile:3\n-----…`).
 */
export type PlanBuild = (source: Uint8Array, options: PlanOptions) => Promise<BuildPlan>;

export interface PlanOptions {
  /** What errors call the file; `Dockerfile` unless given. */
  readonly dockerfileName?: string;
  /** A stage's name or number; undefined for the last one. */
  readonly target?: string | undefined;
  /** `--build-arg`. */
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** `--platform`; the host's where it is not given. */
  readonly platform?: Platform | undefined;
  /** `--label`: they win over the Dockerfile's. */
  readonly labels?: Readonly<Record<string, string>>;
  /** `--build-context name=…`: what FROM, COPY --from and mounts find before stages and images. */
  readonly namedContexts?: ReadonlyMap<string, NamedContext>;
  /** Of the main context; for the lint of sources that are ignored. */
  readonly ignore?: IgnoreRules;
  /** Whether `RUN --network=host` may be obeyed; without, it is refused. */
  readonly allowHostNetwork?: boolean;
  /** For `--check`: all stages are planned, not only those that the target needs. */
  readonly allStages?: boolean;
  /** Each image once per platform; several at the same time. Errors pass through with an excerpt of the line added. */
  resolveImage(reference: string, platform: Platform): Promise<BaseImage>;
}

export type NamedContext =
  /** `docker-image://busybox`. */
  | { readonly kind: 'image'; readonly reference: string }
  /** A folder, an archive, a repository: whatever it is, a tree of files known by its name. */
  | { readonly kind: 'files' };
