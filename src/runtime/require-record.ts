import { EngineError } from '../errors/engine-error.ts';
import type { ContainerId } from '../lib/ids.ts';
import { type MonitorRecord, readRecord } from './monitor/monitor-record.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** @throws not_found when no container of that ID was created since the host's start, or it was deleted. */
export function requireRecord(context: RuntimeContext, id: ContainerId): MonitorRecord {
  const record = readRecord(context.paths.container(id));
  if (record === undefined) throw containerNotRunning(id);
  return record;
}

export function containerNotRunning(id: ContainerId, cause?: unknown): EngineError {
  return new EngineError('not_found', `container ${id} is not running`, { cause });
}
