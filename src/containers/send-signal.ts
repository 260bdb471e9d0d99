import { isEngineError } from '../errors/engine-error.ts';
import type { ContainerId } from '../lib/ids.ts';
import type { ContainersContext } from './context.ts';
import { publish } from './publish.ts';

/** Signals the first process and reports it. One that has just ended is no error: its exit is on its way. */
export async function sendSignal(context: ContainersContext, id: ContainerId, signal: number): Promise<void> {
  try {
    await context.runtime.kill(id, signal);
  } catch (error) {
    if (!isEngineError(error, 'not_found')) throw error;
  }
  publish(context, context.store.get(id), 'kill', { signal: String(signal) });
}
