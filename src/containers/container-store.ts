import { ambiguousContainer, containerNameTaken, containerNotFound } from '../errors/containers.ts';
import type { ImageId } from '../lib/digest.ts';
import type { ContainerId } from '../lib/ids.ts';
import type { ContainersTable } from '../state/containers.ts';
import type { ContainerRecord, ContainerState } from './record.ts';

/**
 * All container records: in memory for reading, written through to the state database. A change is durable before it
 * can be read, and names are unique over records and reservations.
 */
export class ContainerStore {
  readonly #table: ContainersTable;
  readonly #byId = new Map<ContainerId, ContainerRecord>();
  readonly #idByName = new Map<string, ContainerId>();

  constructor(table: ContainersTable) {
    this.#table = table;
    for (const row of table.all()) {
      // Records from before there were volumes have no list of mounts.
      const record = { mounts: [], ...(JSON.parse(row.document) as Omit<ContainerRecord, 'mounts'>) };
      this.#byId.set(record.id, record);
      this.#idByName.set(record.name, record.id);
    }
  }

  /** By full ID, name (with or without its slash), or a prefix of one ID alone. @throws not_found, invalid_argument. */
  resolve(ref: string): ContainerRecord {
    const exact = this.#byId.get(ref as ContainerId) ?? this.#byName(ref.replace(/^\//, ''));
    if (exact !== undefined) return exact;
    const matches = /^[0-9a-f]+$/.test(ref) ? [...this.#byId.values()].filter(({ id }) => id.startsWith(ref)) : [];
    const [only, second] = matches;
    if (second !== undefined) throw ambiguousContainer(ref);
    if (only === undefined) throw containerNotFound(ref);
    return only;
  }

  #byName(name: string): ContainerRecord | undefined {
    const id = this.#idByName.get(name);
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** @throws not_found when it was removed in the meantime. */
  get(id: ContainerId): ContainerRecord {
    const record = this.#byId.get(id);
    if (record === undefined) throw containerNotFound(id);
    return record;
  }

  has(id: ContainerId): boolean {
    return this.#byId.has(id);
  }

  /** Newest first, as lists show them. */
  all(): ContainerRecord[] {
    return [...this.#byId.values()].sort((a, b) => {
      const difference = BigInt(b.createdAtNs) - BigInt(a.createdAtNs);
      return difference > 0n ? 1 : difference < 0n ? -1 : 0;
    });
  }

  /** In no order: nothing is sorted or copied. */
  records(): Iterable<ContainerRecord> {
    return this.#byId.values();
  }

  usingImage(imageId: ImageId): ContainerRecord[] {
    return this.all().filter((record) => record.imageId === imageId);
  }

  /**
   * Keeps `name` for a container that is being made; the caller inserts the record or releases the name.
   * @throws conflict with Docker's text.
   */
  reserveName(name: string, id: ContainerId): void {
    const holder = this.#idByName.get(name);
    if (holder !== undefined) throw containerNameTaken(name, holder);
    this.#idByName.set(name, id);
  }

  isNameTaken(name: string): boolean {
    return this.#idByName.has(name);
  }

  releaseName(name: string, id: ContainerId): void {
    if (this.#idByName.get(name) === id) this.#idByName.delete(name);
  }

  /** The name must be reserved for this ID. */
  insert(record: ContainerRecord): void {
    const { id, name, imageId, createdAtNs } = record;
    this.#table.insert({ id, name, imageId, createdAtNs: BigInt(createdAtNs), document: JSON.stringify(record) });
    this.#byId.set(id, record);
  }

  /** One committed change. @throws not_found. */
  update(id: ContainerId, change: Partial<Omit<ContainerRecord, 'id' | 'createdAtNs' | 'imageId'>>): ContainerRecord {
    const before = this.get(id);
    const after = { ...before, ...change };
    this.#table.update(id, { name: after.name, document: JSON.stringify(after) });
    this.#byId.set(id, after);
    if (after.name !== before.name) this.releaseName(before.name, id);
    return after;
  }

  updateState(id: ContainerId, change: Partial<ContainerState>): ContainerRecord {
    return this.update(id, { state: { ...this.get(id).state, ...change } });
  }

  delete(id: ContainerId): void {
    const { name } = this.get(id);
    this.#table.delete(id);
    this.#byId.delete(id);
    this.releaseName(name, id);
  }
}
