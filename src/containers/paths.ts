import { join } from 'node:path';
import type { ContainerId } from '../lib/ids.ts';
import type { ContainersOptions } from './context.ts';

export interface ContainerPaths {
  readonly directory: string;
  readonly log: string;
  readonly hosts: string;
  readonly hostname: string;
  readonly resolvConf: string;
}

export function pathsOf(options: ContainersOptions, id: ContainerId): ContainerPaths {
  const directory = join(options.directory, id);
  return {
    directory,
    log: join(directory, 'container.log'),
    hosts: join(directory, 'hosts'),
    hostname: join(directory, 'hostname'),
    resolvConf: join(directory, 'resolv.conf'),
  };
}
