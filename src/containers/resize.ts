import { containerNotRunning } from '../errors/containers.ts';
import type { ContainersContext } from './context.ts';
import { publish } from './publish.ts';
import { isRunning } from './record.ts';

/** Sets the size of the container's terminal. @throws not_found, conflict when it does not run. */
export async function resizeContainer(
  context: ContainersContext,
  ref: string,
  size: { rows: number; columns: number },
): Promise<void> {
  const record = context.store.resolve(ref);
  if (!isRunning(record)) throw containerNotRunning(record.id);
  if (record.config.Tty) await context.runtime.resize(record.id, size);
  publish(context, record, 'resize', { height: String(size.rows), width: String(size.columns) });
}
