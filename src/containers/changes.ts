import type { FilesystemChange } from '../api-types/container-files.ts';
import type { ChangeKind } from '../layers/diff/list-changes.ts';
import type { ContainersContext } from './context.ts';

const KINDS = { modified: 0, added: 1, deleted: 2 } satisfies Record<ChangeKind, number>;

/** What a container has changed of its image's files; `null` for nothing, as Docker has it. @throws not_found. */
export async function listContainerChanges(
  context: ContainersContext,
  ref: string,
): Promise<readonly FilesystemChange[] | null> {
  const { id } = context.store.resolve(ref);
  const changes = await context.layers.writableChanges(id);
  return changes.length === 0 ? null : changes.map(({ path, kind }) => ({ Path: path, Kind: KINDS[kind] }));
}
