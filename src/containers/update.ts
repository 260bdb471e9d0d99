import type { ContainerUpdate, UpdateResponse } from '../api-types/container-update.ts';
import { type HostConfig, hostConfig as hostConfigShape } from '../api-types/host-config.ts';
import { cannotUpdate } from '../errors/containers.ts';
import { messageOf } from '../errors/engine-error.ts';
import type { ContainersContext } from './context.ts';
import { adjustLimits } from './limits/adjust-limits.ts';
import { conflictWith, limitsIn } from './limits/change-limits.ts';
import { checkResources } from './limits/check-resources.ts';
import { resourcesOf } from './limits/resources.ts';
import { publish } from './publish.ts';
import { type ContainerRecord, isRunning } from './record.ts';
import { checkRestartPolicy } from './restart-policy/check-restart-policy.ts';

/** As many as Linux can have; crun does not take what the specification has for no limit. */
const MOST_PROCESSES = 4_194_304;

/**
 * Changes what can be changed of a container that exists, whether it runs or not. A new restart policy counts from the
 * container's next exit on; a restart that is already waiting for its time still comes. Limits are in force when this
 * returns. They are set before they are committed: a crash in between leaves limits that the container loses with its
 * next start.
 * @throws invalid_argument before anything is looked up, not_found, conflict; nothing has changed then.
 */
export async function updateContainer(
  context: ContainersContext,
  ref: string,
  update: ContainerUpdate,
): Promise<UpdateResponse> {
  const { store, locks, options } = context;
  const { RestartPolicy: policy } = update;
  if (policy.Name !== '') checkRestartPolicy(policy);
  const limits = limitsIn(update);
  const wanted = { ...hostConfigShape.zero(), MemorySwappiness: null, OomKillDisable: null, ...limits };
  const { warnings } = adjustLimits(wanted, options.limits);
  checkResources({ ...wanted, MemorySwap: wanted.Memory === 0 ? 0 : wanted.MemorySwap });
  const { id } = store.resolve(ref);
  await locks.run(id, async () => {
    const record = store.get(id);
    refuseRemoval(record);
    if (policy.Name !== '' && policy.Name !== 'no' && record.hostConfig.AutoRemove) {
      throw cannotUpdate(id, 'Restart policy cannot be updated because AutoRemove is enabled for the container');
    }
    const conflict = conflictWith(record.hostConfig, limits);
    if (conflict !== undefined) throw cannotUpdate(id, conflict);
    const { hostConfig: adjusted } = adjustLimits({ ...record.hostConfig, ...limits }, options.limits);
    const hostConfig = policy.Name === '' ? adjusted : { ...adjusted, RestartPolicy: policy };
    if (Object.keys(limits).length > 0) await setLimits(context, record, hostConfig);
    store.update(id, { hostConfig });
    publish(context, store.get(id), 'update');
  });
  return { Warnings: warnings.length === 0 ? null : warnings };
}

/** A container that waits for its restart gets the limits with it. */
async function setLimits(context: ContainersContext, record: ContainerRecord, host: HostConfig): Promise<void> {
  if (!isRunning(record) || record.state.status === 'restarting') return;
  const noLimit = host.PidsLimit !== null && host.PidsLimit <= 0 ? { pids: { limit: MOST_PROCESSES } } : {};
  try {
    await context.runtime.update(record.id, { ...resourcesOf(host), ...noLimit });
  } catch (error) {
    throw cannotUpdate(record.id, messageOf(error));
  }
}

function refuseRemoval({ id, state }: ContainerRecord): void {
  if (state.status !== 'removing' && state.status !== 'dead') return;
  throw cannotUpdate(id, 'container is marked for removal and cannot be "update"');
}
