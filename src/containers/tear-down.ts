import type { ContainerId } from '../lib/ids.ts';
import type { ContainersContext } from './context.ts';
import { detachMounts } from './mounts/detach-mounts.ts';

/**
 * Takes back what a run has made on the host, whatever of it there is: idempotent, and every part is tried. The
 * container's own layer stays. `whenDisconnected` runs once the network is let go, or could not be.
 */
export async function tearDown(
  context: ContainersContext,
  id: ContainerId,
  whenDisconnected: () => Promise<void> = nothing,
): Promise<void> {
  const results = await Promise.allSettled([
    disconnect(context, id, whenDisconnected),
    context.runtime.delete(id).then(() => releaseFiles(context, id)),
  ]);
  throwFailures(results, `what container ${id} used could not be released`);
}

/** What is mounted for a container, once its processes have ended. */
export async function releaseFiles(context: ContainersContext, id: ContainerId): Promise<void> {
  const results = await Promise.allSettled([context.layers.unmountWritable(id), detachMounts(context, id)]);
  throwFailures(results, `the files of container ${id} could not be released`);
}

/** Lets go of the network, and then runs `next`, also after a failure. */
export async function disconnect(
  { network }: ContainersContext,
  id: ContainerId,
  next: () => Promise<void>,
): Promise<void> {
  try {
    await network.disconnect(id);
  } finally {
    await next();
  }
}

export async function nothing(): Promise<void> {}

/** Throws the only failure as it is, or all of them together. */
export function throwFailures(results: readonly PromiseSettledResult<unknown>[], message: string): void {
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, message);
}
