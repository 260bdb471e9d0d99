import { VERSION } from '../lib/version.ts';
import type { ServedRegistry } from '../registry/serve-registry.ts';
import { LinuxSyscalls } from '../sys/linux.ts';
import type { Syscalls } from '../sys/syscalls.ts';
import { IdleMemory } from './idle-memory.ts';
import { listen, refuseTakenSockets } from './listen.ts';
import { lockRoot } from './lock-root.ts';
import type { DaemonLog } from './log.ts';
import type { DaemonConfig, SharingConfig } from './options/config.ts';
import { removePidfile, writePidfile } from './pidfile.ts';
import { recover } from './recover.ts';
import { RequestsUnderWay, stopServing } from './shutdown.ts';
import { createServer } from './wire/server.ts';
import { type Engine, wireEngine } from './wire/wire.ts';

/** Ends the daemon and leaves the containers running. */
export type Stop = () => Promise<void>;

/**
 * Starts everything, in the one order that is safe: nothing is touched before the roots are ours, nothing is served
 * before what an earlier daemon left is in order again.
 * @throws conflict when another daemon has one of the roots or addresses.
 */
export async function startDaemon(config: DaemonConfig, log: DaemonLog): Promise<Stop> {
  const began = performance.now();
  log.info('Starting up', { version: VERSION });
  const syscalls = new LinuxSyscalls();
  lockRoot(syscalls, config.dataRoot, 'data root');
  lockRoot(syscalls, config.execRoot, 'exec root');
  await refuseTakenSockets(config.hosts);
  await writePidfile(config.pidfile);
  try {
    return await serve(config, syscalls, log, began);
  } catch (error) {
    removePidfile(config.pidfile);
    throw error;
  }
}

async function serve(config: DaemonConfig, syscalls: Syscalls, log: DaemonLog, began: number): Promise<Stop> {
  const engine = await wireEngine(config, syscalls, log);
  await recover(engine, log);
  const app = createServer(engine, config, log);
  await app.ready();
  // Before the API: who sees that listen may rely on it.
  const shared = config.sharing === undefined ? undefined : await startSharing(engine, config.sharing, log);
  const underWay = new RequestsUnderWay(app.server);
  const listeners = await listen({
    http: app.server,
    hosts: config.hosts,
    socketGroup: config.socketGroup,
    warn: (message) => log.warn(message),
    onListening: (address) => log.info(`API listen on ${address}`),
  });
  const idle = new IdleMemory(app.server, syscalls);
  log.debug('Daemon is ready', { milliseconds: Math.round(performance.now() - began) });

  return async () => {
    idle.stop();
    engine.containers.close();
    await shared?.close();
    await stopServing(listeners, underWay);
    await engine.builder.close();
    await engine.runtime.close();
    await engine.networks.close();
    engine.state.close();
    removePidfile(config.pidfile);
    log.info('Daemon shutdown complete');
  };
}

/** Loaded by the daemons alone that share their images. */
async function startSharing(engine: Engine, sharing: SharingConfig, log: DaemonLog): Promise<ServedRegistry> {
  const { shareImages } = await import('./registry/share-images.ts');
  return shareImages(engine, sharing, log);
}
