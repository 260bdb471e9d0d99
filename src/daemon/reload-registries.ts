import { messageOf } from '../errors/engine-error.ts';
import type { DaemonLog } from './log.ts';
import type { DaemonConfig } from './options/config.ts';

/**
 * Takes over what flags and the configuration file say of registries now, as dockerd does on SIGHUP. What runs goes on as
 * it began. A file that is broken changes nothing. All else needs a restart, which costs no container anything.
 */
export function reloadRegistries(
  registries: DaemonConfig['registries'],
  read: () => Pick<DaemonConfig, 'registries'>,
  log: Pick<DaemonLog, 'info' | 'warn'>,
): void {
  try {
    Object.assign(registries, read().registries);
    log.info('registries are as configured now; all else is read at a restart, over which containers run on');
  } catch (error) {
    log.warn(`the configuration is not read anew: ${messageOf(error)}`);
  }
}
