import { closingIterable } from '../lib/closing-iterable.ts';
import { openTree } from './container-tree.ts';
import type { ContainersContext } from './context.ts';
import { publish } from './publish.ts';

/**
 * A container's whole root file system as a tar, without what is mounted in it. A container that does not run cannot be
 * started until the archive has been read or ended by `return`. @throws not_found.
 */
export async function exportContainer(context: ContainersContext, ref: string): Promise<AsyncIterable<Uint8Array>> {
  const record = context.store.resolve(ref);
  const open = await openTree(context, record.id, { bare: true });
  try {
    const archive = await context.layers.exportTree({ root: open.tree.root, mounts: [] });
    publish(context, record, 'export');
    return closingIterable(archive, () => open.release());
  } catch (error) {
    await open.release();
    throw error;
  }
}
