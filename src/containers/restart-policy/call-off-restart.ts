import type { ContainerId } from '../../lib/ids.ts';
import type { ContainersContext } from '../context.ts';

/** The container waits for its restart, which does not come: it has ended. The caller holds its lock. */
export function callOffRestartLocked(
  { store, waiters, restarts }: Pick<ContainersContext, 'store' | 'waiters' | 'restarts'>,
  id: ContainerId,
): void {
  restarts.callOff(id);
  const { state } = store.updateState(id, { status: 'exited' });
  waiters.exited(id, { exitCode: state.exitCode });
}
