import { fileURLToPath } from 'node:url';
import { volumesInUse } from '../containers/mounts/volumes-in-use.ts';
import type { DaemonLog } from './log.ts';
import type { Engine } from './wire/wire.ts';

/** Made by the set-up out of Debian's busybox. */
const DEFAULT_IMAGE = fileURLToPath(new URL('../../dist/busybox.tar', import.meta.url));

/**
 * Brings what an earlier daemon left in order, whatever moment it ended at: containers that run are adopted, what was
 * made by half goes. Idempotent. The order matters: what runs decides what networks and monitors are kept, and only
 * when no container is in doubt are layers and blobs swept.
 */
export async function recover(engine: Engine, log: DaemonLog): Promise<void> {
  const { containers, runtime, networks, images, volumes, builder } = engine;
  await volumes.adopt();
  const { running, finish } = await containers.recover();
  await volumes.restore(volumesInUse(containers.records().filter(({ id }) => running.has(id))));
  await runtime.sweep(running);
  await networks.restore(running);
  await finish();
  await builder.recover();
  await images.sweep();
  await loadDefaultImage(engine, log);
  // Not waited for: after a reboot it may be many, and requests need not wait.
  void containers.startByPolicy();
  if (running.size > 0) log.info('adopted running containers', { count: running.size });
}

/** A daemon without it is of use, on a full disk above all, where it is needed to make room. */
async function loadDefaultImage({ images }: Engine, log: DaemonLog): Promise<void> {
  try {
    if (await images.loadDefault(DEFAULT_IMAGE)) log.info('loaded the default image', { archive: DEFAULT_IMAGE });
  } catch (error) {
    log.error('the default image is not loaded; the next start tries again', error, { archive: DEFAULT_IMAGE });
  }
}
