import { join } from 'node:path';
import { EventBus } from '../events/event-bus.ts';
import { createNetworks } from '../networks/create-networks.ts';
import type { Networks } from '../networks/networks.ts';
import { createRuntime } from '../runtime/create-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { StateDatabase } from '../state/database.ts';
import { LinuxRouteNetlink } from '../sys/linux-route-netlink.ts';
import type { Syscalls } from '../sys/syscalls.ts';
import type { DaemonConfig } from './config.ts';
import type { DaemonLog } from './log.ts';

/** The engine's parts, each made once. Nothing outside this folder knows a concrete class. */
export interface Engine {
  readonly state: StateDatabase;
  readonly events: EventBus;
  readonly runtime: Runtime;
  readonly networks: Networks;
}

/** Puts the engine together. Reads state and prepares folders; what an earlier daemon left is untouched until `recover`. */
export async function wireEngine(config: DaemonConfig, syscalls: Syscalls, log: DaemonLog): Promise<Engine> {
  const state = StateDatabase.open(join(config.dataRoot, 'state.db'));
  const events = new EventBus();
  const runtime = await createRuntime({
    execRoot: config.execRoot,
    syscalls,
    cgroupParent: config.tag === '' ? '/skiff' : `/skiff-${config.tag}`,
    log: (message) => log.info(message),
  });
  const networks = createNetworks({
    execRoot: config.execRoot,
    state,
    syscalls,
    netlink: new LinuxRouteNetlink(),
    events,
    warn: (message) => log.warn(message),
    daemonTag: config.tag,
    ...(config.bip === undefined ? {} : { bip: config.bip }),
    pools: config.addressPools,
    dns: config.dns,
  });
  return { state, events, runtime, networks };
}
