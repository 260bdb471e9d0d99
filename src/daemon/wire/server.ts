import type { FastifyInstance } from 'fastify';
import { endpointSettings } from '../../containers/networks/endpoint-settings.ts';
import { VERSION } from '../../lib/version.ts';
import { createApp } from '../../server/app.ts';
import { registerBuildRoutes } from '../../server/routes/build/routes.ts';
import { registerContainerFileRoutes } from '../../server/routes/container-files/routes.ts';
import { registerContainerRoutes } from '../../server/routes/containers/routes.ts';
import { registerDistributionRoutes } from '../../server/routes/distribution/routes.ts';
import { registerExecRoutes } from '../../server/routes/exec/routes.ts';
import { registerImageRoutes } from '../../server/routes/images/routes.ts';
import { registerNetworkRoutes } from '../../server/routes/networks/routes.ts';
import { registerSystemRoutes } from '../../server/routes/system/routes.ts';
import { registerVolumeRoutes } from '../../server/routes/volumes/routes.ts';
import { plainSettings } from '../../state/networks.ts';
import type { DaemonLog } from '../log.ts';
import type { DaemonConfig } from '../options/config.ts';
import { systemBackend } from './system-backend.ts';
import { volumeBackend } from './volume-backend.ts';
import type { Engine } from './wire.ts';

/** The API of this engine: all routes, with the parts of the engine that each may use. */
export function createServer(engine: Engine, config: DaemonConfig, log: DaemonLog): FastifyInstance {
  const { containers, images, networks } = engine;
  const app = createApp({ engineVersion: VERSION, logError: (message, error) => log.error(message, error) });
  registerSystemRoutes(app, systemBackend(engine, config));
  registerContainerRoutes(app, containers);
  registerContainerFileRoutes(app, containers.files);
  registerBuildRoutes(app, engine.builder);
  registerExecRoutes(app, containers);
  registerImageRoutes(app, images, engine.distribution);
  registerDistributionRoutes(app, engine.distribution);
  registerVolumeRoutes(app, volumeBackend(engine));
  registerNetworkRoutes(app, {
    networks,
    containers: {
      nameOf: (id) => containers.nameOf(id),
      connect: (reference, network, settings) =>
        containers.connectToNetwork(
          reference,
          network,
          settings === undefined ? plainSettings : endpointSettings(settings),
        ),
      disconnect: (reference, network, options) => containers.disconnectFromNetwork(reference, network, options),
    },
  });
  return app;
}
