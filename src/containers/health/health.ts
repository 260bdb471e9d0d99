import type { ContainerConfig } from '../../api-types/container-config.ts';
import type { ExecId } from '../../lib/ids.ts';

export interface ProbeResult {
  /** RFC 3339 with nanoseconds. */
  readonly start: string;
  readonly end: string;
  /** -1 for a probe that could not be run, or ran too long. */
  readonly exitCode: number;
  readonly output: string;
}

/** What a container's health checks have found; part of its state. */
export interface Health {
  readonly status: 'starting' | 'healthy' | 'unhealthy';
  readonly failingStreak: number;
  /** The last ones, oldest first. */
  readonly log: readonly ProbeResult[];
  /** The probe that runs, so that a daemon after a crash can end it; empty for none. */
  readonly probe: ExecId | '';
}

/** How a container is to be checked, complete. Times in milliseconds. */
export interface HealthCheck {
  readonly command: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly startPeriodMs: number;
  readonly startIntervalMs: number;
  readonly retries: number;
}

const KEPT_RESULTS = 5;
const NS_PER_MS = 1e6;

/** Undefined for a container that has no health check, or an unknown kind of one. */
export function healthCheckOf({ Healthcheck: given, Shell: shell }: ContainerConfig): HealthCheck | undefined {
  const [kind, ...args] = given?.Test ?? [];
  if (kind !== 'CMD' && kind !== 'CMD-SHELL') return undefined;
  const timeMs = (ns: number | undefined, defaultMs: number) => (ns ? ns / NS_PER_MS : defaultMs);
  return {
    command: kind === 'CMD' ? args : [...(shell?.length ? shell : ['/bin/sh', '-c']), ...args],
    intervalMs: timeMs(given?.Interval, 30_000),
    timeoutMs: timeMs(given?.Timeout, 30_000),
    startPeriodMs: timeMs(given?.StartPeriod, 0),
    startIntervalMs: timeMs(given?.StartInterval, 5_000),
    retries: given?.Retries || 3,
  };
}

/** For a run that begins; what was found in the runs before stays in the log. */
export function startingHealth(config: ContainerConfig, before: Health | undefined): Health | undefined {
  if (healthCheckOf(config) === undefined) return undefined;
  return { status: 'starting', failingStreak: 0, log: before?.log ?? [], probe: '' };
}

/** While nobody looks, which is when a container is paused or has ended, Docker calls it unhealthy. */
export function unwatchedHealth(before: Health | undefined): Health | undefined {
  return before === undefined ? undefined : { ...before, status: 'unhealthy' };
}

/** `startedAtMs` is when the container's run began: failures within the start period do not count. */
export function healthAfter(before: Health, result: ProbeResult, check: HealthCheck, startedAtMs: number): Health {
  const log = [...before.log, result].slice(-KEPT_RESULTS);
  if (result.exitCode === 0) return { status: 'healthy', failingStreak: 0, log, probe: '' };
  const counts = before.status !== 'starting' || Date.parse(result.start) - startedAtMs >= check.startPeriodMs;
  const failingStreak = before.failingStreak + (counts ? 1 : 0);
  const isUnhealthy = counts && failingStreak >= check.retries;
  return { status: isUnhealthy ? 'unhealthy' : before.status, failingStreak, log, probe: '' };
}

/** Until the next probe. A container that starts is looked at more often. */
export function probeDelayMs(health: Health, check: HealthCheck, runsForMs: number): number {
  const starts = runsForMs < check.startPeriodMs && health.status === 'starting';
  return starts ? check.startIntervalMs : check.intervalMs;
}
