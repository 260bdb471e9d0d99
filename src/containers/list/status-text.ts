import { humanDuration } from '../../lib/human-duration.ts';
import type { Health } from '../health/health.ts';
import { type ContainerRecord, ZERO_TIME } from '../record.ts';

/** What lists say of a container's state: `Up 3 seconds`, `Exited (0) 2 minutes ago`. */
export function statusText({ state, hasBeenStartedBefore }: ContainerRecord, nowMs: number): string {
  const since = (time: string) => humanDuration((nowMs - Date.parse(time)) / 1000);
  switch (state.status) {
    case 'running':
      return `Up ${since(state.startedAt)}${healthText(state.health)}`;
    case 'paused':
      return `Up ${since(state.startedAt)} (Paused)`;
    case 'restarting':
      return `Restarting (${state.exitCode}) ${since(state.finishedAt)} ago`;
    case 'removing':
      return 'Removal In Progress';
    case 'dead':
      return 'Dead';
    case 'created':
      return 'Created';
    case 'exited':
      if (!hasBeenStartedBefore) return 'Created';
      return state.finishedAt === ZERO_TIME ? '' : `Exited (${state.exitCode}) ${since(state.finishedAt)} ago`;
  }
}

function healthText(health: Health | undefined): string {
  if (health === undefined) return '';
  return health.status === 'starting' ? ' (health: starting)' : ` (${health.status})`;
}
