import { invalidArgument } from '../errors/engine-error.ts';
import type { ContainersContext } from './context.ts';
import type { ExitOutcome } from './exit-waiters.ts';
import { isRunning } from './record.ts';

/**
 * Registers the wait at once, so that nothing that happens after the call is missed, and hands out its promise, which
 * rejects when `signal` is aborted.
 * @throws not_found, invalid_argument for an unknown condition.
 */
export function waitForContainer(
  { store, waiters }: ContainersContext,
  ref: string,
  condition: string,
  signal: AbortSignal,
): { readonly outcome: Promise<ExitOutcome> } {
  if (!['', 'not-running', 'next-exit', 'removed'].includes(condition)) {
    throw invalidArgument(`invalid condition: ${JSON.stringify(condition)}`);
  }
  const record = store.resolve(ref);
  if (condition === 'removed') return { outcome: waiters.removal(record.id, signal) };
  if (condition === 'next-exit' || isRunning(record)) return { outcome: waiters.nextExit(record.id, signal) };
  return { outcome: Promise.resolve({ exitCode: record.state.exitCode }) };
}
