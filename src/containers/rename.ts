import { invalidContainerName } from '../errors/containers.ts';
import { EngineError, invalidArgument, isEngineError } from '../errors/engine-error.ts';
import type { ContainersContext } from './context.ts';
import { CONTAINER_NAME } from './create.ts';
import { publish } from './publish.ts';

/** @throws not_found, invalid_argument, conflict when the name is another's; messages as Docker's. */
export async function renameContainer(context: ContainersContext, ref: string, wanted: string): Promise<void> {
  const { store, locks } = context;
  if (ref === '' || wanted === '') throw invalidArgument('Neither old nor new names may be empty');
  const { id } = store.resolve(ref);
  await locks.run(id, async () => {
    const { name: oldName } = store.get(id);
    const name = wanted.replace(/^\//, '');
    if (name === oldName) throw invalidArgument('Renaming a container with the same name as its current name');
    try {
      if (!CONTAINER_NAME.test(wanted)) throw invalidContainerName(`/${name}`);
      store.reserveName(name, id);
    } catch (error) {
      if (!isEngineError(error)) throw error;
      throw new EngineError(error.kind, `Error when allocating new name: ${error.message}`, { cause: error });
    }
    const renamed = store.update(id, { name });
    context.network.rename(id, oldName, name);
    publish(context, renamed, 'rename', { oldName: `/${oldName}` });
  });
}
