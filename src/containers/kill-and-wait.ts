import { constants } from 'node:os';
import type { ContainerId } from '../lib/ids.ts';
import type { ContainersContext } from './context.ts';
import { isRunning } from './record.ts';
import { sendSignal } from './send-signal.ts';

/** Ends a container with SIGKILL and returns when its exit is recorded. Does nothing for one that does not run. */
export async function killAndWait(context: ContainersContext, id: ContainerId): Promise<void> {
  if (!context.store.has(id) || !isRunning(context.store.get(id))) return;
  const abort = new AbortController();
  const exit = context.waiters.nextExit(id, abort.signal);
  // Given up below when the signal could not be sent, whose error is the one to report.
  exit.catch(() => undefined);
  try {
    await sendSignal(context, id, constants.signals.SIGKILL);
    await exit;
  } finally {
    abort.abort();
  }
}
