import type { Filters } from '../../../lib/filters.ts';
import type { VolumeRecord } from '../../../state/volumes.ts';

export type { VolumeRecord };

type Pairs = Readonly<Record<string, string>>;

export interface VolumeBackend {
  /** Finds a volume of that name, or makes it. @throws invalid_argument, not_found for the driver. */
  create(request: {
    readonly name: string;
    readonly driver: string;
    readonly options: Pairs | null;
    readonly labels: Pairs | null;
  }): Promise<VolumeRecord>;
  /** @throws not_found. */
  get(name: string): VolumeRecord;
  /** By name. */
  list(): readonly VolumeRecord[];
  /** IDs of the containers that a volume is for, whether they run or not. */
  usersOf(name: string): readonly string[];
  /** Where its files are while it is mounted; absolute. */
  directory(name: string): string;
  /** @throws not_found, unless `force`; conflict. */
  remove(name: string, options: { readonly force: boolean }): Promise<void>;
  prune(
    filters: Filters,
    options: { readonly all: boolean },
  ): Promise<{ readonly names: readonly string[]; readonly reclaimedBytes: number }>;
  /**
   * The caller reads the archive or ends it by `return`. With `pause` the containers that use it stand still meanwhile.
   */
  export(name: string, options: { readonly pause: boolean }): Promise<AsyncIterable<Uint8Array>>;
  /** All of the archive or nothing of it. @throws conflict for a volume that holds files, invalid_argument. */
  import(name: string, archive: AsyncIterable<Uint8Array>): Promise<void>;
  /** `to` is empty for a volume without a name. @throws not_found, conflict. */
  clone(from: string, to: string, options: { readonly pause: boolean }): Promise<VolumeRecord>;
}
