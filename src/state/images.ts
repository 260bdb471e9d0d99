import type { StatementSync } from 'node:sqlite';
import type { ChainId, Digest, ImageId } from '../lib/digest.ts';
import type { StateDatabase } from './database.ts';

export interface ImageRow {
  readonly id: ImageId;
  readonly topChainId: ChainId | undefined;
  /** The image that a build or commit started from; undefined when that is not known here. */
  readonly parentId: ImageId | undefined;
  readonly createdAtMs: number;
  readonly lastTaggedAtMs: number | undefined;
}

type Row = Record<string, unknown>;

/** Images and their full names (`docker.io/library/busybox:latest`) in the state database. */
export class ImageState {
  readonly #database: StateDatabase;
  readonly #statements: Readonly<Record<keyof typeof SQL, StatementSync>>;

  constructor(database: StateDatabase) {
    this.#database = database;
    this.#statements = database.prepare(SQL);
  }

  transaction(work: () => void): void {
    this.#database.transaction(work);
  }

  /** Idempotent: what is known of an image stays, but for a parent that was not known before. */
  add(image: Omit<ImageRow, 'lastTaggedAtMs'>): void {
    this.#statements.add.run(image.id, image.topChainId ?? null, image.parentId ?? null, image.createdAtMs);
  }

  get(id: ImageId): ImageRow | undefined {
    const row = this.#statements.get.get(id);
    return row === undefined ? undefined : imageRow(row);
  }

  /** Newest first. */
  all(): ImageRow[] {
    return this.#statements.all.all().map(imageRow);
  }

  count(): number {
    return Number(this.#statements.count.get()?.['n']);
  }

  /** At most two of the images whose ID starts with `prefix` (hexadecimal digits): one is found, two are ambiguous. */
  withPrefix(prefix: string): ImageId[] {
    if (!/^[0-9a-f]{1,64}$/.test(prefix)) return [];
    return this.#statements.withPrefix.all(`sha256:${prefix}*`).map((row) => String(row['id']) as ImageId);
  }

  /** Images that have `id` as their parent. */
  children(id: ImageId): ImageId[] {
    return this.#statements.children.all(id).map((row) => String(row['id']) as ImageId);
  }

  /** The image's names go with it. */
  remove(id: ImageId): void {
    this.transaction(() => {
      this.#statements.removeNames.run(id);
      this.#statements.remove.run(id);
    });
  }

  idOf(name: string): ImageId | undefined {
    const row = this.#statements.idOf.get(name);
    return row === undefined ? undefined : (String(row['image_id']) as ImageId);
  }

  /** In the order of the names. */
  namesOf(id: ImageId): string[] {
    return this.#statements.namesOf.all(id).map((row) => String(row['name']));
  }

  /** All names of a repository with a tag, in their order. */
  tagsOf(repository: string): { readonly name: string; readonly id: ImageId }[] {
    const rows = this.#statements.tagsOf.all(`${repository}:`, `${repository};`);
    return rows.map((row) => ({ name: String(row['name']), id: String(row['image_id']) as ImageId }));
  }

  /** All names with a tag, in their order. */
  tags(): { readonly name: string; readonly id: ImageId }[] {
    return this.#statements.tags
      .all()
      .map((row) => ({ name: String(row['name']), id: String(row['image_id']) as ImageId }));
  }

  /** Gives the name to the image; another image that had it loses it. `taggedAtMs` is for names that a user gave. */
  setName(name: string, id: ImageId, taggedAtMs?: number): void {
    this.transaction(() => {
      this.#statements.setName.run(name, id);
      if (taggedAtMs !== undefined) this.#statements.touch.run(taggedAtMs, id);
    });
  }

  removeName(name: string): void {
    this.#statements.removeName.run(name);
  }

  /** True while an image or a layer needs the blob. */
  refersTo(blob: Digest): boolean {
    return this.#statements.refersTo.get(blob, blob, blob) !== undefined;
  }

  /** Layers that no image, no other layer and no step of a build needs. A container may still stand on one. */
  unusedLayers(): ChainId[] {
    return this.#statements.unusedLayers.all().map((row) => String(row['chain_id']) as ChainId);
  }
}

const COLUMNS = 'id, top_chain_id, parent_id, created_at_ms, last_tagged_at_ms';

const SQL = {
  add: `INSERT INTO images (id, top_chain_id, parent_id, created_at_ms) VALUES (?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET parent_id = coalesce(images.parent_id, excluded.parent_id)`,
  get: `SELECT ${COLUMNS} FROM images WHERE id = ?`,
  all: `SELECT ${COLUMNS} FROM images ORDER BY created_at_ms DESC, rowid DESC`,
  count: 'SELECT count(*) AS n FROM images',
  withPrefix: 'SELECT id FROM images WHERE id GLOB ? LIMIT 2',
  children: 'SELECT id FROM images WHERE parent_id = ?',
  remove: 'DELETE FROM images WHERE id = ?',
  removeNames: 'DELETE FROM image_names WHERE image_id = ?',
  idOf: 'SELECT image_id FROM image_names WHERE name = ?',
  namesOf: 'SELECT name FROM image_names WHERE image_id = ? ORDER BY name',
  // The semicolon follows the colon.
  tagsOf: 'SELECT name, image_id FROM image_names WHERE name >= ? AND name < ? ORDER BY name',
  tags: "SELECT name, image_id FROM image_names WHERE name NOT LIKE '%@%' ORDER BY name",
  setName: `INSERT INTO image_names (name, image_id) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET image_id = excluded.image_id`,
  touch: 'UPDATE images SET last_tagged_at_ms = ? WHERE id = ?',
  removeName: 'DELETE FROM image_names WHERE name = ?',
  refersTo: `SELECT 1 FROM images WHERE id = ? UNION ALL SELECT 1 FROM layers WHERE blob = ?
    UNION ALL SELECT 1 FROM layers WHERE compressed_blob = ? LIMIT 1`,
  unusedLayers: `SELECT chain_id FROM layers AS layer
    WHERE NOT EXISTS (SELECT 1 FROM layers WHERE parent = layer.chain_id)
    AND NOT EXISTS (SELECT 1 FROM images WHERE top_chain_id = layer.chain_id)
    AND NOT EXISTS (SELECT 1 FROM build_cache WHERE chain_id = layer.chain_id)`,
} as const;

function imageRow(row: Row): ImageRow {
  const optional = (value: unknown) => (value === null ? undefined : value);
  return {
    id: row['id'] as ImageId,
    topChainId: optional(row['top_chain_id']) as ChainId | undefined,
    parentId: optional(row['parent_id']) as ImageId | undefined,
    createdAtMs: Number(row['created_at_ms']),
    lastTaggedAtMs: optional(row['last_tagged_at_ms']) as number | undefined,
  };
}
