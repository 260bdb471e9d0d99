import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerId } from '../lib/ids.ts';
import { runChild } from '../sys/processes/child.ts';
import { requireRecord } from './require-record.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** See `Runtime.update`. The file goes with the container: the runtimes read nothing that is no file. */
export async function updateContainer(context: RuntimeContext, id: ContainerId, resources: object): Promise<void> {
  const { ociRuntime } = requireRecord(context, id);
  const file = join(context.paths.container(id).directory, 'resources.json');
  await writeFile(file, JSON.stringify(resources));
  await runChild(ociRuntime, ['--root', context.paths.ociRoot, 'update', '--resources', file, id]);
}
