import { readFileSync } from 'node:fs';
import { type ServedRegistry, serveRegistry } from '../../registry/serve-registry.ts';
import { ImageState } from '../../state/images.ts';
import type { DaemonLog } from '../log.ts';
import type { SharingConfig } from '../options/config.ts';
import type { Engine } from '../wire/wire.ts';
import { SharedImages } from './shared-images.ts';

/** Serves this host's images to others, read-only. @throws conflict for an address in use */
export async function shareImages(engine: Engine, config: SharingConfig, log: DaemonLog): Promise<ServedRegistry> {
  const { state, content, distribution } = engine;
  const served = await serveRegistry({
    content: new SharedImages({ names: new ImageState(state), content, manifests: distribution }),
    writable: undefined,
    host: config.host,
    port: config.port,
    htpasswd: config.htpasswd,
    tls:
      config.tls === undefined
        ? undefined
        : { certificate: readFileSync(config.tls.certificatePath), key: readFileSync(config.tls.keyPath) },
    logError: (message, error) => log.error(message, error),
  });
  log.info(`Registry listen on ${served.address}`);
  return served;
}
