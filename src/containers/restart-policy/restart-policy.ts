import type { HostConfig } from '../../api-types/host-config.ts';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 60_000;
/** A container that ran for so long has recovered: its next delay is the first one again. */
const STEADY_MS = 10_000;

export interface EndedRun {
  readonly policy: HostConfig['RestartPolicy'];
  readonly exitCode: number;
  /** Restarts that the policy has made since somebody started the container. */
  readonly restartCount: number;
  readonly hasBeenManuallyStopped: boolean;
}

/** What the policy says after the end of a run; with `always` a container comes back even after somebody stopped it. */
export function wantsRestart({ policy, exitCode, restartCount, hasBeenManuallyStopped }: EndedRun): boolean {
  switch (policy.Name) {
    case 'always':
      return true;
    case 'unless-stopped':
      return !hasBeenManuallyStopped;
    case 'on-failure':
      return exitCode !== 0 && (policy.MaximumRetryCount === 0 || restartCount < policy.MaximumRetryCount);
    default:
      return false;
  }
}

/** `previousMs` is the delay of the restart before, 0 for none. */
export function restartDelayMs(previousMs: number, ranForMs: number): number {
  if (previousMs === 0 || ranForMs >= STEADY_MS) return FIRST_DELAY_MS;
  return Math.min(previousMs * 2, LONGEST_DELAY_MS);
}
