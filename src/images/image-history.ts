import type { ImageId } from '../lib/digest.ts';
import { chainIdsOf } from '../lib/digest.ts';
import type { ImageContext } from './image-context.ts';
import { namesOf } from './list-images.ts';

export interface HistoryStep {
  /** Known for the newest step, and for those that an image of their own here ends with. */
  readonly id: ImageId | undefined;
  readonly tags: readonly string[];
  readonly createdAtMs: number | undefined;
  readonly createdBy: string;
  readonly comment: string;
  readonly sizeBytes: number;
}

/** Newest first. @throws not_found */
export async function imageHistory(context: ImageContext, image: string): Promise<HistoryStep[]> {
  const { catalog, layers } = context;
  const document = await catalog.resolve(image);
  const chainIds = chainIdsOf(document.diffIds);
  let layer = 0;
  const oldestFirst = document.history.map((entry) => {
    const chainId = entry.empty_layer === true ? undefined : chainIds[layer++];
    const time = Date.parse(entry.created ?? '');
    return {
      createdAtMs: Number.isNaN(time) ? undefined : time,
      createdBy: entry.created_by ?? '',
      comment: entry.comment ?? '',
      sizeBytes: chainId === undefined ? 0 : layers.get(chainId).sizeBytes,
    };
  });
  const ids = ancestry(context, document.id);
  return oldestFirst.reverse().map((step, index) => {
    const id = ids[index];
    return { ...step, id, tags: id === undefined ? [] : namesOf(context, id).tags };
  });
}

/** The image, its parent, that one's parent, as far as they are here. */
function ancestry({ state }: ImageContext, start: ImageId): ImageId[] {
  const ids: ImageId[] = [];
  for (let id: ImageId | undefined = start; id !== undefined && !ids.includes(id); ) {
    const row = state.get(id);
    if (row === undefined) break;
    ids.push(id);
    id = row.parentId;
  }
  return ids;
}
