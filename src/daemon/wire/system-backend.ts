import { VERSION } from '../../lib/version.ts';
import type { SystemBackend } from '../../server/routes/system/backend.ts';
import { readHostFacts } from '../../sys/host-facts.ts';
import { diskUsage } from '../disk-usage.ts';
import { engineId } from '../engine-id.ts';
import type { DaemonConfig } from '../options/config.ts';
import { LOG_DRIVERS } from '../options/config.ts';
import { componentProbe } from './components.ts';
import type { Engine } from './wire.ts';

/** What `/version`, `/info`, `/events` and `/system/df` tell. */
export function systemBackend(engine: Engine, config: DaemonConfig): SystemBackend {
  return {
    // Command lines greet the daemon right before they run or execute something.
    greet: () => engine.runtime.anticipate(),
    engine: {
      id: engineId(config.dataRoot),
      version: VERSION,
      gitCommit: '',
      buildTime: '',
      dataRoot: config.dataRoot,
      labels: config.labels,
      debug: config.logLevel === 'debug',
      defaultRuntime: config.defaultRuntime,
      runtimes: Object.fromEntries(config.runtimes),
      logDriver: config.logDriver,
      logDrivers: LOG_DRIVERS,
      networkDrivers: ['bridge', 'host', 'null'],
      volumeDrivers: ['local'],
      // As they are now: they may be read anew.
      get insecureRegistries() {
        return config.registries.insecureRegistries;
      },
      get registryMirrors() {
        return config.registries.mirrors;
      },
    },
    host: async () => readHostFacts(config.dataRoot, engine.cgroupVersion),
    components: componentProbe(config.runtimes),
    containerCounts: () => countByState(engine),
    imageCount: () => engine.images.count(),
    eventListeners: () => engine.events.readerCount,
    events: (query) => engine.events.read(query),
    diskUsage: (types) => diskUsage(engine, types),
  };
}

function countByState({ containers }: Engine): { running: number; paused: number; stopped: number } {
  const counts = { running: 0, paused: 0, stopped: 0 };
  for (const { state } of containers.records()) {
    if (state.status === 'running' || state.status === 'restarting') counts.running++;
    else if (state.status === 'paused') counts.paused++;
    else counts.stopped++;
  }
  return counts;
}
