import { readFile } from 'node:fs/promises';
import { overwriteFile } from '../../networks/files/overwrite-file.ts';
import type { ContainersContext } from '../context.ts';
import { pathsOf } from '../paths.ts';
import type { ContainerRecord } from '../record.ts';
import { networkFiles } from './write-network-files.ts';

/**
 * A running container has got a name server of its own: its /etc/resolv.conf leads there, unless somebody has changed the
 * file, which was `before`. In place: the container has this very file mounted.
 */
export async function replaceResolvConf(
  context: ContainersContext,
  record: ContainerRecord,
  before: string,
): Promise<void> {
  const { resolvConf } = await networkFiles(context, record);
  if (resolvConf === before) return;
  const path = pathsOf(context.options, record.id).resolvConf;
  if ((await readFile(path, 'utf8')) === before) await overwriteFile(path, resolvConf);
}
