import type { BuildRun } from './build-run.ts';

/** What all builds share. */
export type BuildParts = Pick<
  BuildRun,
  'backend' | 'cache' | 'cacheMounts' | 'slots' | 'secretDirectory' | 'compileCache'
> & {
  /** Each build has a folder of its own here. */
  readonly root: string;
  /** Takes folders away that are no longer used, some time soon. */
  readonly discard: (folders: readonly string[]) => void;
};
