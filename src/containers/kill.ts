import { constants } from 'node:os';
import { containerNotRunning } from '../errors/containers.ts';
import { EngineError, isEngineError, messageOf } from '../errors/engine-error.ts';
import { isLinuxSignal, parseSignal } from '../lib/signals.ts';
import type { ContainersContext } from './context.ts';
import { killAndWait } from './kill-and-wait.ts';
import { isRunning } from './record.ts';
import { sendSignal } from './send-signal.ts';

/**
 * Sends a signal to the container's first process. After SIGKILL it returns when the exit is recorded, after any other
 * at once.
 * @throws not_found, conflict when it does not run, invalid_argument for what is no signal; messages as Docker's.
 */
export async function killContainer(context: ContainersContext, ref: string, signal: string): Promise<void> {
  try {
    await kill(context, ref, signal === '' ? 'SIGKILL' : signal);
  } catch (error) {
    if (!isEngineError(error)) throw error;
    throw new EngineError(error.kind, `cannot kill container: ${ref}: ${messageOf(error)}`, { cause: error });
  }
}

async function kill(context: ContainersContext, ref: string, text: string): Promise<void> {
  const signal = parseSignal(text);
  if (signal === undefined) throw new EngineError('invalid_argument', `invalid signal: ${text}`);
  if (!isLinuxSignal(signal)) {
    throw new EngineError('invalid_argument', `the linux daemon does not support signal ${signal}`);
  }
  const record = context.store.resolve(ref);
  if (!isRunning(record)) throw containerNotRunning(record.id);
  if (signal === constants.signals.SIGKILL) {
    await killAndWait(context, record.id);
  } else {
    await sendSignal(context, record.id, signal);
  }
}
