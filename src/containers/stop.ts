import { constants } from 'node:os';
import { containerNotModified } from '../errors/containers.ts';
import { EngineError } from '../errors/engine-error.ts';
import type { ContainerId } from '../lib/ids.ts';
import { isLinuxSignal, parseSignal } from '../lib/signals.ts';
import type { ContainersContext } from './context.ts';
import { killAndWait } from './kill-and-wait.ts';
import { publish } from './publish.ts';
import { isRunning } from './record.ts';
import { sendSignal } from './send-signal.ts';

export interface StopOptions {
  /** Instead of the container's own. */
  readonly signal?: string | undefined;
  /** Until SIGKILL; negative waits for ever, undefined takes the container's own. */
  readonly timeoutSeconds?: number | undefined;
}

const DEFAULT_TIMEOUT_SECONDS = 10;

/**
 * Asks a container to end, and makes it. Returns when its exit is recorded. Holds no lock while it waits: others may
 * signal the container meanwhile.
 * @throws not_found, not_modified when it does not run, internal for a signal that does not exist.
 */
export async function stopContainer(context: ContainersContext, ref: string, options: StopOptions): Promise<void> {
  const record = context.store.resolve(ref);
  if (!isRunning(record)) throw containerNotModified(`container ${record.id} is not running`);
  await stopRunning(context, record.id, ref, options);
}

export async function stopRunning(
  context: ContainersContext,
  id: ContainerId,
  ref: string,
  options: StopOptions,
): Promise<void> {
  const { config } = context.store.get(id);
  const signal = stopSignalOf(ref, options.signal || config.StopSignal || 'SIGTERM');
  const timeoutSeconds = options.timeoutSeconds ?? config.StopTimeout ?? DEFAULT_TIMEOUT_SECONDS;
  const record = context.store.get(id);
  if (!(await endsWithin(context, id, signal, timeoutSeconds))) await killAndWait(context, id);
  publish(context, record, 'stop');
}

function stopSignalOf(ref: string, text: string): number {
  const signal = parseSignal(text);
  if (signal !== undefined && isLinuxSignal(signal)) return signal;
  throw new EngineError('internal', `cannot stop container: ${ref}: invalid signal: ${text}`);
}

async function endsWithin(
  context: ContainersContext,
  id: ContainerId,
  signal: number,
  timeoutSeconds: number,
): Promise<boolean> {
  const giveUp = new AbortController();
  const exit = context.waiters.nextExit(id, giveUp.signal).then(
    () => true,
    () => false,
  );
  let timer: NodeJS.Timeout | undefined;
  try {
    await sendSignal(context, id, signal);
    if (signal === constants.signals.SIGKILL || timeoutSeconds < 0) return await exit;
    timer = setTimeout(() => giveUp.abort(), timeoutSeconds * 1000);
    return await exit;
  } finally {
    clearTimeout(timer);
    giveUp.abort();
  }
}
