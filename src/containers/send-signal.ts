import { constants } from 'node:os';
import { isEngineError } from '../errors/engine-error.ts';
import type { ContainerId } from '../lib/ids.ts';
import { parseSignal } from '../lib/signals.ts';
import type { ContainersContext } from './context.ts';
import { publish } from './publish.ts';
import type { ContainerRecord } from './record.ts';
import { callOffRestartLocked } from './restart-policy/call-off-restart.ts';
import { unpauseLocked } from './unpause.ts';

/**
 * Signals the first process and reports it. One that has just ended is no error: its exit is on its way. A paused
 * container is let go on when the signal is to end it, since it could not receive it otherwise; one that waits to be
 * restarted has no process, and just ends to wait.
 */
export async function sendSignal(context: ContainersContext, id: ContainerId, signal: number): Promise<void> {
  const { store, runtime, locks } = context;
  if (await endsWait(context, id, signal)) return;
  noteSignal(context, store.get(id), signal);
  const sent = await unlessEnded(runtime.kill(id, signal));
  const record = store.get(id);
  publish(context, record, 'kill', { signal: String(signal) });
  if (!sent || record.state.status !== 'paused' || !isToEnd(record, signal)) return;
  // The exit comes before anyone could see that it ran again.
  if (signal === constants.signals.SIGKILL) await unlessEnded(runtime.resume(id));
  else await locks.run(id, () => unpauseLocked(context, id));
}

/** @returns false when there was nothing left to do it to. */
async function unlessEnded(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (!isEngineError(error, 'not_found')) throw error;
    return false;
  }
}

/** As with Docker any signal is, for a container that does not say by which one it ends. */
function isToEnd({ config }: ContainerRecord, signal: number): boolean {
  if (config.StopSignal === undefined || config.StopSignal === '') return true;
  return signal === constants.signals.SIGKILL || signal === parseSignal(config.StopSignal);
}

/** As with Docker whatever signal somebody sends counts as a stop by hand; only one to end it keeps the policy from acting. */
function noteSignal({ store, restarts }: ContainersContext, record: ContainerRecord, signal: number): void {
  const { id, hasBeenManuallyStopped } = record;
  if (!hasBeenManuallyStopped) store.update(id, { hasBeenManuallyStopped: true });
  if (isToEnd(record, signal)) restarts.callOff(id);
}

/** @returns false when the container does not wait to be restarted: then it can be signalled. */
async function endsWait(context: ContainersContext, id: ContainerId, signal: number): Promise<boolean> {
  const { store, locks } = context;
  if (store.get(id).state.status !== 'restarting') return false;
  return locks.run(id, async () => {
    if (!store.has(id) || store.get(id).state.status !== 'restarting') return false;
    store.update(id, { hasBeenManuallyStopped: true });
    if (isToEnd(store.get(id), signal)) callOffRestartLocked(context, id);
    return true;
  });
}
