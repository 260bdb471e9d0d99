import type { ContainerId } from '../lib/ids.ts';
import { pause } from '../lib/pause.ts';
import { formatDate } from '../lib/timestamps.ts';
import type { ExitStatus } from '../runtime/runtime.ts';
import type { ContainersContext } from './context.ts';
import { unwatchedHealth } from './health/health.ts';
import { rotateLogs } from './logs/rotate-logs.ts';
import { publish } from './publish.ts';
import { type ContainerRecord, isRunning } from './record.ts';
import { removeLocked } from './remove.ts';
import { reportOom } from './report-oom.ts';
import { callOffRestartLocked } from './restart-policy/call-off-restart.ts';
import { wantsRestart } from './restart-policy/restart-policy.ts';
import { tearDown } from './tear-down.ts';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 30_000;

/** Watches a container that runs. Returns at once, and never throws; nobody needs to wait for it. */
export function superviseExit(context: ContainersContext, id: ContainerId): void {
  const { options } = context;
  const endRotation = begin(context, id, rotateLogs);
  const endReports = begin(context, id, reportOom);
  waitForExit(context, id)
    .finally(() => {
      endRotation();
      endReports();
    })
    .then((exit) => handleExit(context, id, exit))
    .catch((error: unknown) => options.logError(`after the exit of container ${id}`, error));
}

/**
 * Files are watched for these, of which the system has a limit that containers can use up: that must not be why nobody
 * hears of a container's end.
 */
function begin(context: ContainersContext, id: ContainerId, work: typeof rotateLogs | typeof reportOom): () => void {
  try {
    return work(context, id);
  } catch (error) {
    context.options.logError(`container ${id} runs, but not everything of it is watched`, error);
    return () => undefined;
  }
}

function waitForExit(context: ContainersContext, id: ContainerId): Promise<ExitStatus> {
  return whileItRuns(context, id, 'cannot be waited for', () => context.runtime.wait(id));
}

function handleExit(context: ContainersContext, id: ContainerId, exit: ExitStatus): Promise<void> {
  const { locks } = context;
  return whileItRuns(context, id, 'could not be recorded', () =>
    locks.run(id, () => handleExitLocked(context, id, exit)),
  );
}

/**
 * What fails, for want of room on the disk or of descriptors, is tried again as long as the container counts as running:
 * who waits for its end must not hang.
 */
async function whileItRuns<T>(
  { store, options }: ContainersContext,
  id: ContainerId,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(2 * delayMs, LAST_RETRY_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!store.has(id) || !isRunning(store.get(id))) throw error;
      options.logError(`the exit of container ${id} ${what}`, error);
    }
    await pause(delayMs);
  }
}

/**
 * Records how a run ended, and takes back what it used. The exit is committed first: whatever fails or crashes after
 * it, the exit code is right and recovery does the rest. Then the order is Docker's: the network is let go, those who
 * wait are told, and the end is reported after what they report (`stop`). When the container's policy wants it, it is
 * `restarting` from the first of these on, and its time to start is set at the end. The caller holds the container's lock.
 */
export async function handleExitLocked(context: ContainersContext, id: ContainerId, exit: ExitStatus): Promise<void> {
  const { store, waiters, restarts } = context;
  if (!store.has(id) || !isRunning(store.get(id))) return;
  const oomWasTold = store.get(id).state.oomKilled;
  const restartCount = restartCountAfter(context, store.get(id), exit);
  context.health.end(id);
  const record = recordExit(context, id, exit, restartCount);
  const report = async () => {
    if (exit.oomKilled && !oomWasTold) publish(context, record, 'oom');
    waiters.exited(id, { exitCode: exit.exitCode });
    await afterContinuations();
    publish(context, record, 'die', { execDuration: durationOf(record), exitCode: String(exit.exitCode) });
  };
  try {
    if (record.hostConfig.AutoRemove && !context.restarting.has(id))
      await removeLocked(context, id, { whenDisconnected: report });
    else await tearDown(context, id, report);
  } finally {
    if (restartCount !== undefined) {
      if (restarts.isCalledOff(id)) callOffRestartLocked(context, id);
      else restarts.schedule(id, restarts.nextDelayMs(id, ranForMs(record)));
    }
  }
}

/** Undefined when it is not to be restarted. */
function restartCountAfter(
  { restarts }: ContainersContext,
  record: ContainerRecord,
  { exitCode }: ExitStatus,
): number | undefined {
  const { id, hostConfig, restartCount, hasBeenManuallyStopped } = record;
  const run = { policy: hostConfig.RestartPolicy, exitCode, restartCount, hasBeenManuallyStopped };
  return !restarts.isCalledOff(id) && wantsRestart(run) ? restartCount + 1 : undefined;
}

/** Everything that a promise's resolution has set going runs before this goes on. */
function afterContinuations(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function recordExit(
  { store }: ContainersContext,
  id: ContainerId,
  exit: ExitStatus,
  restartCount: number | undefined,
): ContainerRecord {
  const { state } = store.get(id);
  const { startedAt } = state;
  const finishedAt = formatDate(exit.finishedAt);
  return store.update(id, {
    ...(restartCount === undefined ? {} : { restartCount }),
    state: {
      ...state,
      status: restartCount === undefined ? 'exited' : 'restarting',
      starting: '',
      pid: 0,
      exitCode: exit.exitCode,
      oomKilled: exit.oomKilled,
      health: unwatchedHealth(state.health),
      // The monitor's clock has coarser steps than ours: a run never ends before it began.
      finishedAt: Date.parse(finishedAt) < Date.parse(startedAt) ? startedAt : finishedAt,
    },
  });
}

/** How long the last run took, in whole seconds, as text. */
export function durationOf(record: ContainerRecord): string {
  return String(Math.floor(ranForMs(record) / 1000));
}

function ranForMs({ state }: ContainerRecord): number {
  return Date.parse(state.finishedAt) - Date.parse(state.startedAt);
}
