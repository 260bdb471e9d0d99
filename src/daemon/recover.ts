import type { DaemonLog } from './log.ts';
import type { Engine } from './wire.ts';

/** Brings what an earlier daemon left in order, whatever moment it ended at. Idempotent. */
export async function recover(engine: Engine, log: DaemonLog): Promise<void> {
  const { runtime, networks } = engine;
  await runtime.sweep(new Set());
  await networks.restore(new Set());
  log.debug('Recovered');
}
