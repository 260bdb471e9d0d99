import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerId } from '../../lib/ids.ts';
import type { NamespaceSockets } from '../../sys/namespace-sockets.ts';
import { hasErrorCode } from '../../sys/syscall-error.ts';
import { redirectQueries } from './redirect.ts';
import { Resolver, type ResolverOptions, type ResolverPorts } from './resolver.ts';

const CHOSEN_BY_KERNEL: ResolverPorts = { udp: 0, tcp: 0 };

/**
 * The name servers of all containers on networks of their own. What survives the daemon is a file per container with the
 * ports that the rules in its namespace lead to; it lies below the exec root, and is gone with the namespaces.
 */
export class Resolvers {
  readonly #sockets: NamespaceSockets;
  readonly #folder: string;
  readonly #open = new Map<ContainerId, Resolver>();

  constructor(sockets: NamespaceSockets, execRoot: string) {
    this.#sockets = sockets;
    this.#folder = join(execRoot, 'resolvers');
  }

  /** Answers from here on, and leads the container's queries here. What was open for it before is closed. */
  async open(id: ContainerId, options: ResolverOptions): Promise<void> {
    this.#close(id);
    await this.#listen(id, options, CHOSEN_BY_KERNEL);
  }

  /** The same after a restart of the daemon: the container's rules go on as they are, if its ports are still free. */
  async reopen(id: ContainerId, options: ResolverOptions): Promise<void> {
    const ports = await this.#portsOf(id);
    if (ports === undefined) return this.open(id, options);
    const resolver = new Resolver(this.#sockets, options);
    try {
      await resolver.open(ports);
    } catch (error) {
      // A process of the container's took the port while nobody listened.
      if (!hasErrorCode(error, 'EADDRINUSE')) throw error;
      return this.open(id, options);
    }
    this.#open.set(id, resolver);
  }

  async #listen(id: ContainerId, options: ResolverOptions, wanted: ResolverPorts): Promise<void> {
    const resolver = new Resolver(this.#sockets, options);
    const ports = await resolver.open(wanted);
    this.#open.set(id, resolver);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFile(this.#fileOf(id), JSON.stringify(ports), { mode: 0o600 });
    await redirectQueries(options.namespacePath, ports);
  }

  /** Idempotent. */
  async close(id: ContainerId): Promise<void> {
    this.#close(id);
    await rm(this.#fileOf(id), { force: true });
  }

  /** Lets go of all sockets, as the end of the daemon does; the containers' rules stay. */
  release(): void {
    for (const id of this.#open.keys()) this.#close(id);
  }

  #close(id: ContainerId): void {
    this.#open.get(id)?.close();
    this.#open.delete(id);
  }

  #fileOf(id: ContainerId): string {
    return join(this.#folder, id);
  }

  /** Undefined when there is no file, or one that a dying daemon did not finish. */
  async #portsOf(id: ContainerId): Promise<ResolverPorts | undefined> {
    let text: string;
    try {
      text = await readFile(this.#fileOf(id), 'utf8');
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return undefined;
      throw error;
    }
    const found = /^\{"udp":(\d+),"tcp":(\d+)\}$/.exec(text);
    return found === null ? undefined : { udp: Number(found[1]), tcp: Number(found[2]) };
  }
}
