import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerId } from '../../lib/ids.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { NetworkState } from '../../state/networks.ts';
import type { NamespaceSockets } from '../../sys/sockets/namespace-sockets.ts';
import { ContainerDirectory } from './container-directory.ts';
import { redirectQueries } from './redirect.ts';
import type { Resolver, ResolverPorts } from './resolver.ts';
import { type ResolverRecord, readResolverRecord } from './resolver-record.ts';
import type { Upstream } from './upstream.ts';

const CHOSEN_BY_KERNEL: ResolverPorts = { udp: 0, tcp: 0 };

export interface ResolversParts {
  readonly sockets: NamespaceSockets;
  readonly execRoot: string;
  readonly state: Pick<NetworkState, 'endpointsOf' | 'endpoints' | 'network'>;
  /** The name servers of the host at this moment. */
  readonly hostServers: () => Promise<readonly string[]>;
}

/**
 * The name servers of all containers in networks that are not predefined. What survives the daemon is a file per
 * container with the ports that the rules in its namespace lead to; it lies below the exec root, and is gone with the
 * namespaces.
 */
export class Resolvers {
  readonly #parts: ResolversParts;
  readonly #folder: string;
  readonly #open = new Map<ContainerId, Resolver>();

  constructor(parts: ResolversParts) {
    this.#parts = parts;
    this.#folder = join(parts.execRoot, 'resolvers');
  }

  /**
   * Answers from here on, and leads the container's queries here; nothing happens when it does so already. The loopback
   * link of the namespace is up. `servers` are asked about other names; the host's when there are none.
   */
  async open(id: ContainerId, namespacePath: string, servers: readonly string[]): Promise<void> {
    if (this.#open.has(id)) return;
    const ports = await this.#listen(id, namespacePath, servers, CHOSEN_BY_KERNEL);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFile(this.#fileOf(id), JSON.stringify({ ports, servers } satisfies ResolverRecord), { mode: 0o600 });
    await redirectQueries(namespacePath, ports);
  }

  /**
   * After a restart of the daemon the container's rules go on as they are, if its ports are still free: a process of the
   * container's may have taken one while nobody listened. Without a record it never had a name server, or not wholly.
   */
  async reopen(id: ContainerId, namespacePath: string): Promise<void> {
    const record = await readResolverRecord(this.#fileOf(id));
    if (record === undefined) return;
    try {
      await this.#listen(id, namespacePath, record.servers, record.ports);
    } catch (error) {
      if (!hasErrorCode(error, 'EADDRINUSE')) throw error;
      await this.open(id, namespacePath, record.servers);
    }
  }

  async #listen(
    id: ContainerId,
    namespacePath: string,
    servers: readonly string[],
    wanted: ResolverPorts,
  ): Promise<ResolverPorts> {
    const { sockets, state } = this.#parts;
    // With what reads messages and datagrams a megabyte, which a daemon without networks of its own never needs.
    const { Resolver } = await import('./resolver.ts');
    const resolver = new Resolver(sockets, {
      namespacePath,
      directory: new ContainerDirectory(state, id),
      upstreams: () => this.#upstreams(id, namespacePath, servers),
    });
    const ports = await resolver.open(wanted);
    this.#open.set(id, resolver);
    return ports;
  }

  /** Nobody, while all of its networks are internal: no name gets out of these either. */
  async #upstreams(id: ContainerId, namespacePath: string, servers: readonly string[]): Promise<readonly Upstream[]> {
    const { state, hostServers } = this.#parts;
    const leadsOutside = state.endpointsOf(id).some(({ networkId }) => state.network(networkId)?.internal === false);
    if (!leadsOutside) return [];
    const { upstreamsOf } = await import('./upstream.ts');
    return upstreamsOf(servers, await hostServers(), namespacePath);
  }

  /** Idempotent. */
  async close(id: ContainerId): Promise<void> {
    this.#letGo(id);
    await rm(this.#fileOf(id), { force: true });
  }

  /** Lets go of all sockets, as the end of the daemon does; the containers' rules stay. */
  release(): void {
    for (const id of this.#open.keys()) this.#letGo(id);
  }

  #letGo(id: ContainerId): void {
    this.#open.get(id)?.close();
    this.#open.delete(id);
  }

  #fileOf(id: ContainerId): string {
    return join(this.#folder, id);
  }
}
