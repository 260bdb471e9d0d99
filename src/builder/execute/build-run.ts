import type { ChainId } from '../../lib/digest.ts';
import type { BuilderBackend } from '../backend.ts';
import type { BuildCache, ImportedStep } from '../cache/build-cache.ts';
import type { CacheMounts } from '../cache/cache-mounts.ts';
import type { SpoolTree } from '../context/spool-tree.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import type { BuildProgress } from './build-progress.ts';
import type { BuildRequest } from './build-request.ts';
import type { Slots } from './slots.ts';

/** One entry of an image's history, with its layer where it made one. */
export interface HistoryStep {
  readonly createdNs: bigint;
  readonly createdBy: string;
  readonly madeLayer: boolean;
}

/** What a stage is after some of its steps. */
export interface StageState {
  /** The topmost layer; undefined when there is none. */
  readonly top: ChainId | undefined;
  /** Of the steps since the base image. */
  readonly history: readonly HistoryStep[];
  /** The cache's entry of the last step. */
  readonly entryId: string | undefined;
  /** Every step since the base image, with what the cache finds it by. */
  readonly steps: readonly {
    readonly keys: readonly string[];
    /** The topmost layer after it; undefined also for a linked step that made none. */
    readonly top: ChainId | undefined;
    readonly createdNs: bigint;
  }[];
}

/** What the steps of one build share. */
export interface BuildRun {
  readonly backend: BuilderBackend;
  readonly cache: BuildCache;
  readonly cacheMounts: CacheMounts;
  readonly request: BuildRequest;
  readonly plan: BuildPlan;
  readonly progress: BuildProgress;
  /** Aborted by the client, and by the first step that fails. */
  readonly signal: AbortSignal;
  readonly slots: Slots;
  /** The build's own, for spools; it goes with the build. */
  readonly directory: string;
  /** In memory, for what must never be on a disk. */
  readonly secretDirectory: string;
  readonly compileCache: string;
  readonly context: SpoolTree;
  /** Paths of the context that are as if they were not there; all below a folder are named as well. */
  readonly ignored: ReadonlySet<string>;
  /** Steps that other hosts have made, by the cache's keys. */
  readonly imported: ReadonlyMap<string, ImportedStep>;
  /** Seconds since the epoch that no file and no step is later than. */
  readonly epoch: number | undefined;
  /** Another stage, when it is done. */
  stage(id: number): Promise<StageState>;
  namedContext(name: string): Promise<SpoolTree>;
}
