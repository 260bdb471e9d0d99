import { closeSync } from 'node:fs';
import { isEngineError } from '../../errors/engine-error.ts';
import type { ContainerId } from '../../lib/ids.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import type {
  PortTarget,
  PublishedPort,
  PublishedPortsRecord,
  PublishedPortsState,
} from '../../state/published-ports.ts';
import type { ElementChange, NfTables } from '../../sys/nf-tables/nf-tables.ts';
import type { HostPort, PortSockets } from '../../sys/sockets/port-sockets.ts';
import type { Fd } from '../../sys/syscalls.ts';
import type { AddressTranslator } from './address-translator.ts';
import { AnyPort } from './any-port.ts';
import { elementChanges, elementsOf, needsTranslator, type PortElement } from './port-elements.ts';
import { endpointNotReachable } from './port-errors.ts';
import type { PortRequest } from './port-request.ts';
import { takePorts } from './take-ports.ts';

export interface PublishedPortsParts {
  readonly state: PublishedPortsState;
  readonly sockets: PortSockets;
  readonly tables: NfTables;
  /** Runs what changes the table's elements, so that it never meets a replacement of the whole table. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  /** Whether the host's rules for what comes in decide about ports, too. */
  readonly screens: () => boolean;
  readonly table: string;
  /** Lets IPv6 reach containers that have IPv4 only. */
  readonly translator: Pick<AddressTranslator, 'translated' | 'ensure'>;
  readonly localPortRange: () => { readonly first: number; readonly last: number };
}

/**
 * The ports of the host that lead to containers. A port is first taken by a socket, which the container's monitor keeps
 * for as long as it lives: so the kernel refuses the port to everybody else, also while the daemon is away. Packets
 * never reach that socket: one element of a map sends them on to the container.
 */
export class PublishedPorts {
  readonly #parts: PublishedPortsParts;
  readonly #anyPort: AnyPort;
  /** What keeps the ports of containers that start, until their monitors do. */
  readonly #sockets = new Map<ContainerId, readonly Fd[]>();

  constructor(parts: PublishedPortsParts) {
    this.#parts = parts;
    this.#anyPort = new AnyPort(parts.localPortRange);
  }

  /**
   * Takes the ports and writes them down; they lead nowhere yet. What a crash leaves is the row, which goes at the next
   * start.
   * @throws internal with Docker's texts when one cannot be had; none is taken then.
   */
  reserve(
    container: { readonly id: ContainerId; readonly name: string },
    requests: readonly PortRequest[],
    options: {
      readonly endpointId: string;
      readonly defaultAddress: string;
      readonly families: { readonly ipv4: boolean; readonly ipv6: boolean };
    },
  ): void {
    const { state, sockets } = this.#parts;
    if (requests.length === 0) return;
    try {
      const taken = takePorts(requests, {
        sockets,
        defaultAddress: options.defaultAddress,
        families: options.families,
        isAllocated: (at) => this.#isAllocated(container.id, at),
        anyPort: (protocol) => this.#anyPort.next(protocol),
      });
      this.closeSockets(container.id);
      state.put({ containerId: container.id, containerName: container.name, ports: taken.ports, target: null });
      this.#sockets.set(container.id, taken.descriptors);
    } catch (error) {
      if (!isEngineError(error, 'internal')) throw error;
      throw endpointNotReachable({ name: container.name, id: options.endpointId }, error);
    }
  }

  sockets(id: ContainerId): readonly Fd[] {
    return this.#sockets.get(id) ?? [];
  }

  /** Whoever else has them open keeps the ports. Idempotent. */
  closeSockets(id: ContainerId): void {
    for (const socket of this.sockets(id)) closeSync(socket);
    this.#sockets.delete(id);
  }

  #isAllocated(id: ContainerId, { protocol, address, port }: HostPort): boolean {
    return this.#parts.state
      .all()
      .some(
        ({ containerId, ports }) =>
          containerId !== id &&
          ports.some(
            (other) => other.protocol === protocol && other.hostAddress === address && other.hostPort === port,
          ),
      );
  }

  /** Makes the ports of a container lead to `target`, instead of where they led before. */
  async publish(id: ContainerId, target: PortTarget | null): Promise<void> {
    const { state, exclusively, translator } = this.#parts;
    const record = state.get(id);
    if (record === undefined) return;
    await exclusively(async () => {
      await this.#takeOut(this.#elements(record));
      const changed = { ...record, target };
      state.put(changed);
      const elements = this.#elements(changed);
      const translates = needsTranslator(changed) ? translator.ensure() : undefined;
      await Promise.all([this.#putIn(elements), translates]);
      await this.#forgetDatagrams(elements);
    });
  }

  /** The ports lead nowhere, and are free once nobody has their sockets open. Idempotent. */
  async withdraw(id: ContainerId): Promise<void> {
    this.closeSockets(id);
    const { state, exclusively } = this.#parts;
    const record = state.get(id);
    if (record === undefined) return;
    await exclusively(async () => {
      const elements = this.#elements(record);
      await this.#takeOut(elements);
      await this.#forgetDatagrams(elements);
      state.remove(id);
    });
  }

  /** Forgets the ports of all containers but these; the table is replaced as a whole afterwards. */
  keepOnly(running: ReadonlySet<ContainerId>): void {
    for (const { containerId } of this.#parts.state.all()) {
      if (!running.has(containerId)) this.#parts.state.remove(containerId);
    }
  }

  of(id: ContainerId): readonly PublishedPort[] {
    return this.#parts.state.get(id)?.ports ?? [];
  }

  /** Makes on the host what ports of running containers need besides the table. */
  async restore(): Promise<void> {
    if (this.#parts.state.all().some(needsTranslator)) await this.#parts.translator.ensure();
  }

  /** What the table is to hold for all containers. */
  elements(): PortElement[] {
    return this.#parts.state.all().flatMap((record) => this.#elements(record));
  }

  #elements(record: PublishedPortsRecord): PortElement[] {
    return elementsOf(record, this.#parts.translator.translated);
  }

  async #forgetDatagrams(elements: readonly PortElement[]): Promise<void> {
    const ports = elements.filter(({ protocol }) => protocol === 'udp').map(({ hostPort }) => hostPort);
    await this.#parts.tables.forgetDatagrams([...new Set(ports)]);
  }

  #changes(action: ElementChange['action'], elements: readonly PortElement[]): ElementChange[] {
    const { table, screens } = this.#parts;
    return elements.flatMap((element) => elementChanges(table, action, element, screens()));
  }

  async #putIn(elements: readonly PortElement[]): Promise<void> {
    const { tables } = this.#parts;
    const add = () => tables.change(this.#changes('add', elements));
    try {
      await add();
    } catch (error) {
      // Left by somebody who changed the table by hand: what the records say is what holds.
      if (!hasErrorCode(error, 'EEXIST', 'EBUSY')) throw error;
      await this.#takeOut(elements);
      await add();
    }
  }

  /** One by one when some are missing: a batch that fails changes nothing. */
  async #takeOut(elements: readonly PortElement[]): Promise<void> {
    const { tables } = this.#parts;
    const changes = this.#changes('delete', elements);
    const ignoreMissing = (error: unknown): void => {
      if (!hasErrorCode(error, 'ENOENT')) throw error;
    };
    try {
      await tables.change(changes);
    } catch (error) {
      ignoreMissing(error);
      for (const change of changes) await tables.change([change]).catch(ignoreMissing);
    }
  }
}
