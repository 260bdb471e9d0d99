import { isEngineError } from '../errors/engine-error.ts';
import type { Filters } from '../lib/filters.ts';
import { ANONYMOUS_LABEL } from './create-volume.ts';
import { removeVolume } from './remove-volume.ts';
import { usersOf, type VolumesContext } from './volume-context.ts';

export interface PrunedVolumes {
  readonly names: readonly string[];
  readonly reclaimedBytes: number;
}

/** Removes the volumes that no container is for and that match; those with a name of their own only with `all`. */
export async function pruneVolumes(
  context: VolumesContext,
  filters: Filters,
  { all }: { readonly all: boolean },
): Promise<PrunedVolumes> {
  const { store, directories, files, events } = context;
  const names: string[] = [];
  let reclaimedBytes = 0;
  for (const { name, labels, options } of store.all()) {
    if (!all && !Object.hasOwn(labels ?? {}, ANONYMOUS_LABEL)) continue;
    if (!filters.matchPairs('label', labels ?? {})) continue;
    if (filters.has('label!') && filters.matchPairs('label!', labels ?? {})) continue;
    if (usersOf(context, name).length > 0) continue;
    const sizeBytes = options === null ? await files.measure(directories.data(name)) : 0;
    try {
      await removeVolume(context, name, { force: false });
    } catch (error) {
      // Taken into use or removed by somebody else in the meantime.
      if (!isEngineError(error, 'conflict') && !isEngineError(error, 'not_found')) throw error;
      continue;
    }
    names.push(name);
    reclaimedBytes += sizeBytes;
  }
  events.publish({
    type: 'volume',
    action: 'prune',
    actorId: '',
    attributes: { reclaimed: String(reclaimedBytes) },
  });
  return { names, reclaimedBytes };
}
