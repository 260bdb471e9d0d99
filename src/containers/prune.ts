import type { PruneResponse } from '../api-types/container.ts';
import { isEngineError } from '../errors/engine-error.ts';
import type { Filters } from '../lib/filters.ts';
import type { ContainersContext } from './context.ts';
import { isRunning } from './record.ts';
import { removeContainer } from './remove.ts';

/**
 * Removes the containers that do not run and match the filters. `untilNs` spares those made later.
 * @throws invalid_argument for an unknown filter.
 */
export async function pruneContainers(
  context: ContainersContext,
  filters: Filters,
  untilNs: bigint | undefined,
): Promise<PruneResponse> {
  filters.validate(['label', 'label!', 'until']);
  const deleted: string[] = [];
  let spaceReclaimed = 0;
  for (const record of context.store.all()) {
    const labels = record.config.Labels ?? {};
    if (isRunning(record) || !filters.matchPairs('label', labels)) continue;
    if (filters.has('label!') && filters.matchPairs('label!', labels)) continue;
    if (untilNs !== undefined && BigInt(record.createdAtNs) > untilNs) continue;
    try {
      const sizeBytes = await context.layers.writableSizeBytes(record.id);
      await removeContainer(context, record.id, { force: false, link: false, volumes: true });
      deleted.push(record.id);
      spaceReclaimed += sizeBytes;
    } catch (error) {
      // Started or removed by somebody else in the meantime.
      if (!isEngineError(error, 'conflict') && !isEngineError(error, 'not_found')) throw error;
    }
  }
  if (deleted.length > 0 || filters.isEmpty) {
    context.events.publish({
      type: 'container',
      action: 'prune',
      actorId: '',
      attributes: { reclaimed: String(spaceReclaimed) },
    });
  }
  return { ContainersDeleted: deleted.length === 0 ? null : deleted, SpaceReclaimed: spaceReclaimed };
}
