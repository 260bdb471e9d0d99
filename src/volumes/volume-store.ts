import { volumeNotFound } from '../errors/volumes.ts';
import type { VolumeRecord, VolumeState } from '../state/volumes.ts';

/** All volumes: in memory for reading, written through to the state database. */
export class VolumeStore {
  readonly #state: VolumeState;
  readonly #byName = new Map<string, VolumeRecord>();
  readonly #holders = new Map<string, Set<string>>();

  constructor(state: VolumeState) {
    this.#state = state;
    for (const record of state.all()) this.#byName.set(record.name, record);
  }

  find(name: string): VolumeRecord | undefined {
    return this.#byName.get(name);
  }

  /** @throws not_found with Docker's text. */
  get(name: string): VolumeRecord {
    const record = this.#byName.get(name);
    if (record === undefined) throw volumeNotFound(name);
    return record;
  }

  /** By name. */
  all(): VolumeRecord[] {
    return [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  insert(record: VolumeRecord): void {
    this.#state.insert(record);
    this.#byName.set(record.name, record);
  }

  delete(name: string): void {
    this.#state.delete(name);
    this.#byName.delete(name);
  }

  /** Keeps a volume from being removed for a container that has no record yet. */
  hold(name: string, holder: string): void {
    const holders = this.#holders.get(name) ?? new Set();
    this.#holders.set(name, holders.add(holder));
  }

  /** Ends all that `hold` said for this holder. Idempotent. */
  release(holder: string): void {
    for (const [name, holders] of this.#holders) {
      holders.delete(holder);
      if (holders.size === 0) this.#holders.delete(name);
    }
  }

  holdersOf(name: string): readonly string[] {
    return [...(this.#holders.get(name) ?? [])];
  }
}
