import { messageOf } from '../errors/engine-error.ts';
import type { ContainerId } from '../lib/ids.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { deleteLink } from '../sys/netlink/route-message.ts';
import type { LinkInfo } from '../sys/netlink/route-netlink.ts';
import type { HostLinks } from './drivers/driver.ts';
import type { NetworksContext } from './networks-context.ts';
import { predefinedNetworks } from './predefined.ts';
import type { Sandboxes } from './sandboxes.ts';

/**
 * Compares what there should be with what there is on the host, at start: endpoints and namespaces of containers that
 * do not run go, links that no record knows go, bridges and links that are missing are made again. Idempotent.
 */
export async function restoreNetworks(
  context: NetworksContext,
  sandboxes: Sandboxes,
  running: ReadonlySet<ContainerId>,
): Promise<void> {
  const { state, pins, drivers, rules } = context;
  await pins.open();
  keepPredefined(context);
  context.ports.keepOnly(running);
  await releaseAllBut(context, sandboxes, running);
  await removeStrays(context);
  for (const network of state.networks()) {
    const inUse = state.endpoints(network.id).length > 0;
    try {
      await drivers[network.driver].up(network, { inUse, keep: (changed) => state.putNetwork(changed) });
    } catch (error) {
      // One network that cannot be had (its parent link is gone) is no reason to be without the others.
      if (network.name === 'bridge') throw error;
      context.warn(`the network ${network.name} could not be brought up: ${messageOf(error)}`);
    }
  }
  await reconnect(context, sandboxes, running);
  await Promise.all([rules.apply(state.networks()), context.ports.restore()]);
}

/** They follow the daemon's flags, and the bridge's name the data root, also when that was moved. */
function keepPredefined({ state, bridgeOptions }: NetworksContext): void {
  for (const network of predefinedNetworks(bridgeOptions)) {
    const kept = state.networks().find(({ name }) => name === network.name);
    state.putNetwork(kept === undefined ? network : { ...kept, options: network.options });
  }
}

export async function releaseAllBut(
  { state, pins }: NetworksContext,
  sandboxes: Sandboxes,
  running: ReadonlySet<ContainerId>,
): Promise<void> {
  const known = new Set(state.endpoints().map(({ containerId }) => containerId));
  for (const id of known) {
    if (!running.has(id)) await sandboxes.release(id);
  }
  // Pinned by a daemon that died before it could keep a row, or whose state is gone.
  for (const id of await pins.list()) {
    if (!running.has(id)) await pins.remove(id);
  }
}

/** Links that carry this daemon's mark and belong to none of its networks or endpoints. */
async function removeStrays({ state, drivers, netlink, alias }: NetworksContext): Promise<void> {
  const known = new Set(
    state.networks().flatMap((network) => drivers[network.driver].hostLinks(network, state.endpoints(network.id))),
  );
  const socket = netlink.open();
  try {
    for (const link of await socket.links()) {
      if (link.alias !== alias || known.has(link.name)) continue;
      await socket.request([deleteLink(link.name)]).catch((error: unknown) => {
        if (!hasErrorCode(error, 'ENODEV')) throw error;
      });
    }
  } finally {
    socket.close();
  }
}

/** Running containers whose links are gone get new ones, with the addresses that they have. */
async function reconnect(
  context: NetworksContext,
  sandboxes: Sandboxes,
  running: ReadonlySet<ContainerId>,
): Promise<void> {
  const host = await hostLinks(context);
  for (const id of running) {
    const endpoints = sandboxes.placed(id);
    for (const { network, record } of endpoints) {
      const driver = context.drivers[network.driver];
      if (driver.isConnected(network, record, { host, namespacePath: context.pins.pathOf(id) })) continue;
      try {
        await driver.reconnect(network, record, sandboxes.planOf(record, endpoints), host);
      } catch (error) {
        context.warn(`container ${id} could not be put back into the network ${network.name}: ${messageOf(error)}`);
      }
    }
    try {
      await context.resolvers.reopen(id, context.pins.pathOf(id));
      await sandboxes.openResolver(id, endpoints, []);
    } catch (error) {
      context.warn(`container ${id} is without its name server: ${messageOf(error)}`);
    }
  }
}

async function hostLinks({ netlink }: NetworksContext): Promise<HostLinks> {
  const socket = netlink.open();
  try {
    return new Map((await socket.links()).map((link): [string, LinkInfo] => [link.name, link]));
  } finally {
    socket.close();
  }
}
