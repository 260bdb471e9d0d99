import type { ContainerId, ExecId } from '../../lib/ids.ts';
import type { ContainersContext } from '../context.ts';
import { publish } from '../publish.ts';
import { type Health, healthAfter, healthCheckOf, probeDelayMs } from './health.ts';
import { runProbe } from './run-probe.ts';

/** Until a container's next probe; undefined while it is not to be probed. */
export function nextProbeDelayMs({ store }: ContainersContext, id: ContainerId): number | undefined {
  if (!store.has(id)) return undefined;
  const { config, state } = store.get(id);
  const check = healthCheckOf(config);
  if (check === undefined || state.health === undefined || state.status !== 'running') return undefined;
  return probeDelayMs(state.health, check, Date.now() - Date.parse(state.startedAt));
}

/** Probes once, keeps what it found, and reports a change. A result that comes when nobody wants it any more is dropped. */
export async function checkHealth(context: ContainersContext, id: ContainerId, signal: AbortSignal): Promise<void> {
  const { store, options } = context;
  try {
    await endLeftover(context, id);
    if (signal.aborted || !store.has(id)) return;
    const check = healthCheckOf(store.get(id).config);
    if (check === undefined) return;
    const onBegin = (execId: string) => keep(context, id, { probe: execId as ExecId });
    const result = await runProbe(context, id, check, { signal, onBegin });
    if (signal.aborted || !store.has(id)) return;
    const { health: before, startedAt } = store.get(id).state;
    if (before === undefined) return;
    const after = healthAfter(before, result, check, Date.parse(startedAt));
    const record = keep(context, id, after);
    if (after.status !== before.status) publish(context, record, `health_status: ${after.status}`);
  } catch (error) {
    options.logError(`checking the health of container ${id}`, error);
  }
}

function keep({ store }: ContainersContext, id: ContainerId, change: Partial<Health>) {
  const { health } = store.get(id).state;
  return health === undefined ? store.get(id) : store.updateState(id, { health: { ...health, ...change } });
}

/** A probe that a daemon before this one has left behind, or that was given up, is over before the next one begins. */
async function endLeftover(context: ContainersContext, id: ContainerId): Promise<void> {
  const { store, runtime } = context;
  const probe = store.get(id).state.health?.probe ?? '';
  if (probe === '') return;
  await runtime.killExec(id, probe);
  await runtime.deleteExec(id, probe);
  if (store.has(id)) keep(context, id, { probe: '' });
}
