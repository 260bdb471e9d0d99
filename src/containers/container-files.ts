import type { FilesystemChange } from '../api-types/container-files.ts';
import type { TopResponse } from '../api-types/container-top.ts';
import { listContainerChanges } from './changes.ts';
import type { ContainersContext } from './context.ts';
import { listContainerProcesses } from './top.ts';

/** The verbs that look into containers and at their files, bound to one engine. */
export class ContainerFiles {
  readonly #context: ContainersContext;

  constructor(context: ContainersContext) {
    this.#context = context;
  }

  changes = (ref: string): Promise<readonly FilesystemChange[] | null> => listContainerChanges(this.#context, ref);
  top = (ref: string, psArguments: string): Promise<TopResponse> =>
    listContainerProcesses(this.#context, ref, psArguments);
}
