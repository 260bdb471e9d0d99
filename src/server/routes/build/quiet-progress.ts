import type { ProgressMessage } from '../../../lib/progress.ts';
import type { BuildPlan, BuildProgress, StagePlan, StepReport } from './backend.ts';
import { ClassicProgress } from './classic-progress.ts';

const MOST_KEPT = 256;

/** Tells nothing on the way, as `docker build -q`, but for the end of what it would have told when the build has failed. */
export class QuietProgress implements BuildProgress {
  readonly #write: (message: object) => void;
  readonly #verbose: ClassicProgress;
  #kept: object[] = [];

  constructor(write: (message: object) => void) {
    this.#write = write;
    this.#verbose = new ClassicProgress(
      (message) => {
        this.#kept.push(message);
        if (this.#kept.length > MOST_KEPT) this.#kept = this.#kept.slice(-MOST_KEPT / 2);
      },
      async () => undefined,
    );
  }

  /** What pulls tell is no part of it. */
  message(_message: ProgressMessage): void {}

  planned(plan: BuildPlan): void {
    this.#verbose.planned(plan);
  }

  begin(stage: StagePlan, step: number): StepReport {
    return this.#verbose.begin(stage, step);
  }

  /** The build is over. */
  flush(hasFailed: boolean): void {
    this.#verbose.flush(hasFailed);
    if (hasFailed) for (const message of this.#kept) this.#write(message);
  }
}
