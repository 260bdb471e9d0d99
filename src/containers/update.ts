import type { ContainerUpdate, UpdateResponse } from '../api-types/container-update.ts';
import { cannotUpdate } from '../errors/containers.ts';
import { checkRestartPolicy } from './check-restart-policy.ts';
import type { ContainersContext } from './context.ts';
import { publish } from './publish.ts';
import type { ContainerRecord } from './record.ts';

/**
 * Changes what can be changed of a container that exists, whether it runs or not. A new restart policy counts from the
 * container's next exit on; a restart that is already waiting for its time still comes.
 * @throws invalid_argument before anything is looked up, not_found, conflict; nothing has changed then.
 */
export async function updateContainer(
  context: ContainersContext,
  ref: string,
  update: ContainerUpdate,
): Promise<UpdateResponse> {
  const { store, locks } = context;
  const { RestartPolicy: policy } = update;
  if (policy.Name !== '') checkRestartPolicy(policy);
  const { id } = store.resolve(ref);
  await locks.run(id, async () => {
    const record = store.get(id);
    refuseRemoval(record);
    if (policy.Name !== '') {
      if (record.hostConfig.AutoRemove && policy.Name !== 'no') {
        throw cannotUpdate(id, 'Restart policy cannot be updated because AutoRemove is enabled for the container');
      }
      store.update(id, { hostConfig: { ...record.hostConfig, RestartPolicy: policy } });
    }
    publish(context, record, 'update');
  });
  return { Warnings: null };
}

function refuseRemoval({ id, state }: ContainerRecord): void {
  if (state.status !== 'removing' && state.status !== 'dead') return;
  throw cannotUpdate(id, 'container is marked for removal and cannot be "update"');
}
