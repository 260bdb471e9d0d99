import type { StatementSync } from 'node:sqlite';
import type { ChainId } from '../lib/digest.ts';
import type { StateDatabase } from './database.ts';

/** `regular` is a step's result, `exec.cachemount` a directory that steps keep between builds. */
export type BuildCacheKind = 'regular' | 'exec.cachemount';

export interface BuildCacheEntry {
  readonly id: string;
  /** The entry of the step before. */
  readonly parentId: string | undefined;
  readonly kind: BuildCacheKind;
  /** The instruction, for people. */
  readonly description: string;
  /** The topmost layer after the step; undefined when there is none. */
  readonly chainId: ChainId | undefined;
  /** Of a cache mount: its directory's name. */
  readonly directory: string | undefined;
  /** What the step itself added. */
  readonly sizeBytes: number;
  /** Nanoseconds since the epoch: what images say of when a step was made stays the same however often it is found. */
  readonly createdNs: bigint;
  readonly lastUsedMs: number;
  readonly usageCount: number;
}

type Row = Record<string, string | number | bigint | null | Uint8Array>;

/** The cache of builds in the state database. */
export class BuildCacheState {
  readonly #database: StateDatabase;
  readonly #statements: Readonly<Record<keyof typeof SQL, StatementSync>>;

  constructor(database: StateDatabase) {
    this.#database = database;
    this.#statements = database.prepare(SQL);
  }

  transaction<T>(work: () => T extends Promise<unknown> ? never : T): T {
    return this.#database.transaction(work);
  }

  find(key: string): BuildCacheEntry | undefined {
    const row = this.#statements.find.get(key);
    return row === undefined ? undefined : toEntry(row);
  }

  get(id: string): BuildCacheEntry | undefined {
    const row = this.#statements.get.get(id);
    return row === undefined ? undefined : toEntry(row);
  }

  /** Keeps the entry under these keys. Entries that had them lose them, and are found by nothing until they are pruned. */
  add(entry: BuildCacheEntry, keys: readonly string[]): void {
    this.transaction(() => {
      const { id, parentId, kind, description, chainId, directory, sizeBytes, createdNs, lastUsedMs, usageCount } =
        entry;
      const [parent, chain, name] = [parentId ?? null, chainId ?? null, directory ?? null];
      const created = String(createdNs);
      this.#statements.add.run(id, parent, kind, description, chain, name, sizeBytes, created, lastUsedMs, usageCount);
      for (const key of keys) this.addKey(key, id);
    });
  }

  addKey(key: string, id: string): void {
    this.#statements.setKey.run(key, id);
  }

  use(id: string, nowMs: number): void {
    this.#statements.use.run(nowMs, id);
  }

  setSize(id: string, sizeBytes: number): void {
    this.#statements.setSize.run(sizeBytes, id);
  }

  /** The longest unused first. */
  all(): BuildCacheEntry[] {
    return this.#statements.all.all().map(toEntry);
  }

  remove(id: string): void {
    this.#statements.remove.run(id);
  }

  /** Whether an image stands on the layer, or on another one with its files. */
  isInImage(chainId: ChainId): boolean {
    return this.#statements.isInImage.get(chainId) !== undefined;
  }
}

const SQL = {
  find: `SELECT build_cache.* FROM build_cache_keys JOIN build_cache ON build_cache.id = build_cache_keys.entry_id
    WHERE key = ?`,
  get: 'SELECT * FROM build_cache WHERE id = ?',
  add: 'INSERT INTO build_cache VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  setKey: `INSERT INTO build_cache_keys VALUES (?, ?)
    ON CONFLICT (key) DO UPDATE SET entry_id = excluded.entry_id`,
  use: 'UPDATE build_cache SET last_used_ms = ?, usage_count = usage_count + 1 WHERE id = ?',
  setSize: 'UPDATE build_cache SET size_bytes = ? WHERE id = ?',
  all: 'SELECT * FROM build_cache ORDER BY last_used_ms, created_ns',
  remove: 'DELETE FROM build_cache WHERE id = ?',
  isInImage: `WITH RECURSIVE above (chain_id) AS (
      SELECT same.chain_id FROM layers JOIN layers AS same ON same.directory = layers.directory WHERE layers.chain_id = ?
      UNION SELECT layers.chain_id FROM layers JOIN above ON layers.parent = above.chain_id
    ) SELECT 1 FROM images WHERE top_chain_id IN above LIMIT 1`,
} as const;

function toEntry(row: Row): BuildCacheEntry {
  const optional = (name: string) => (typeof row[name] === 'string' ? row[name] : undefined);
  return {
    id: String(row['id']),
    parentId: optional('parent_id'),
    kind: row['kind'] as BuildCacheKind,
    description: String(row['description']),
    chainId: optional('chain_id') as ChainId | undefined,
    directory: optional('directory'),
    sizeBytes: Number(row['size_bytes']),
    createdNs: BigInt(String(row['created_ns'])),
    lastUsedMs: Number(row['last_used_ms']),
    usageCount: Number(row['usage_count']),
  };
}
