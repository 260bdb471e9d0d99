import type { ProgressMessage } from '../../lib/progress.ts';
import type { BuildPlan, StagePlan } from '../plan/build-plan.ts';

/** One step of a stage as it goes on. Ends with `done` or `failed`. */
export interface StepReport {
  /** Its result was there already. */
  cached(): void;
  /** Done when there is room for more. */
  output(data: Uint8Array, stream: 'stdout' | 'stderr'): Promise<void>;
  /** `id` names the result: 64 hexadecimal digits. */
  done(id: string): void;
  failed(failure: StepFailure): void;
}

export interface StepFailure {
  readonly message: string;
  /** The step itself is not to blame: another one failed, or the build was called off. */
  readonly isCanceled: boolean;
  /** Of a command that has run, the last of what it has written. */
  readonly lines?: readonly string[];
  /** The Dockerfile's lines, where the message does not have them. */
  readonly excerpt?: string;
}

/** Told how a build goes on. Stages run side by side: steps of several may be under way at once. */
export interface BuildProgress {
  /** Of what comes before the plan, and of pulls. */
  message(message: ProgressMessage): void;
  planned(plan: BuildPlan): void;
  /** The base of a stage is its step -1. */
  begin(stage: StagePlan, step: number): StepReport;
}
