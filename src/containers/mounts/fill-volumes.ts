import type { ContainersContext } from '../context.ts';
import type { ContainerRecord } from '../record.ts';

/**
 * Copies what the image has in their places into the container's volumes that are empty. The container does not run,
 * and its files are mounted for this alone. @throws internal for a place that is a file; what copying reports.
 */
export async function fillVolumes({ layers, volumes }: ContainersContext, record: ContainerRecord): Promise<void> {
  const { id, mounts } = record;
  const asked = mounts.filter(({ type, copiesData, subpath }) => type === 'volume' && copiesData && subpath === '');
  if (asked.length === 0) return;
  const root = await layers.mountWritable(id, { volatile: false });
  try {
    for (const { name, destination } of asked) await volumes.fill(name, { root, path: destination });
  } finally {
    await layers.unmountWritable(id);
  }
}
