import type { KeyedLock } from '../lib/keyed-lock.ts';
import type { NetworkDriverName, NetworkState } from '../state/networks.ts';
import type { RouteNetlink } from '../sys/netlink/route-netlink.ts';
import type { NetworkDriver } from './drivers/driver.ts';
import type { FilesContext } from './files/container-files.ts';
import type { HostRules } from './firewall/host-rules.ts';
import type { NamespacePins } from './namespace-pins.ts';
import type { PublishedPorts } from './ports/published-ports.ts';
import type { Resolvers } from './resolver/resolvers.ts';

export type NetworkAction = 'create' | 'connect' | 'disconnect' | 'destroy' | 'prune';

/** What networks tell the world, in the shape of an engine event. */
export interface NetworkEventSink {
  publish(event: {
    readonly type: 'network';
    readonly action: NetworkAction;
    readonly actorId: string;
    readonly attributes: Readonly<Record<string, string>>;
  }): void;
}

/** The lock under which networks are made and removed. */
export const CHANGES = 'changes';

/** What the operations on networks share. */
export interface NetworksContext {
  readonly state: NetworkState;
  readonly drivers: Readonly<Record<NetworkDriverName, NetworkDriver>>;
  readonly netlink: RouteNetlink;
  readonly pins: NamespacePins;
  readonly rules: Pick<HostRules, 'apply' | 'describe' | 'leaveDockerUser' | 'remove'>;
  readonly ports: PublishedPorts;
  readonly resolvers: Pick<Resolvers, 'open' | 'reopen' | 'close'>;
  readonly events: NetworkEventSink;
  readonly files: Pick<FilesContext, 'host' | 'dns'>;
  /** Options of the default bridge network, which follow the daemon's flags. */
  readonly bridgeOptions: Readonly<Record<string, string>>;
  /** Marks this daemon's links on the host. */
  readonly alias: string;
  /** Making and removing networks happens one at a time: the rules name all of them. */
  readonly locks: KeyedLock;
  readonly warn: (message: string) => void;
}
