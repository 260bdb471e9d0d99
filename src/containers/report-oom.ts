import type { ContainerId } from '../lib/ids.ts';
import type { ContainersContext } from './context.ts';
import { publish } from './publish.ts';
import { isRunning } from './record.ts';

/**
 * Tells when the kernel kills a process of a running container for lack of memory, also one that the container survives.
 * Only where its memory is limited: elsewhere it is the host's that is short.
 * @returns ends it.
 */
export function reportOom(context: ContainersContext, id: ContainerId): () => void {
  const { store, runtime, options } = context;
  if (store.get(id).hostConfig.Memory === 0) return () => undefined;
  return runtime.onOutOfMemory(id, () => {
    if (!store.has(id)) return;
    const record = store.get(id);
    if (!isRunning(record) || record.state.oomKilled) return;
    try {
      publish(context, store.updateState(id, { oomKilled: true }), 'oom');
    } catch (error) {
      // Its end tells it again.
      options.logError(`that container ${id} is out of memory could not be recorded`, error);
    }
  });
}
