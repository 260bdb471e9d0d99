import { existsSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { EngineError, messageOf } from '../errors/engine-error.ts';
import type { Migration } from './migrations/migration.ts';
import { migrations } from './migrations.ts';

const CHECKPOINT_PAGES = 512;
const RESERVED_BYTES = 2 * 1024 * 1024;
const SQLITE_FULL = 13;

/**
 * The daemon's durable state: one SQLite file in WAL mode. Statements run on the event loop: each is a few dozen
 * microseconds, and `synchronous=NORMAL` keeps fsync out of a commit. After a power cut the database is consistent and
 * may lack the last commits; recovery sweeps what they had made on disk.
 */
export class StateDatabase {
  readonly sql: DatabaseSync;
  #depth = 0;

  private constructor(sql: DatabaseSync) {
    this.sql = sql;
  }

  /**
   * Opens or creates the database and brings it to the newest version, each migration in a transaction of its own.
   * @throws conflict when a newer Skiff wrote it; the file is then unchanged.
   */
  static open(path: string, steps: readonly Migration[] = migrations): StateDatabase {
    if (existsSync(path)) refuseNewer(path, steps);
    const sql = new DatabaseSync(path);
    sql.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 2000',
    );
    const database = new StateDatabase(sql);
    for (let version = versionOf(sql); version < steps.length; version++) {
      const step = steps[version];
      if (step === undefined) break;
      database.transaction(() => {
        sql.exec(step.sql);
        sql.exec(`PRAGMA user_version = ${version + 1}`);
      });
    }
    reserveSpace(sql);
    return database;
  }

  /**
   * All changes of `work` are kept, or none. Calls nest: the outermost one commits. `work` must not await, so that no
   * other code runs inside the transaction.
   */
  transaction<T>(work: () => T extends Promise<unknown> ? never : T): T {
    if (this.#depth > 0) return work();
    this.sql.exec('BEGIN IMMEDIATE');
    this.#depth++;
    try {
      const result = work();
      this.sql.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite has rolled back by itself when the disk is full.
      if (this.sql.isTransaction) this.sql.exec('ROLLBACK');
      throw error;
    } finally {
      this.#depth--;
    }
  }

  /** The statements by the names of their texts. */
  prepare<Name extends string>(texts: Readonly<Record<Name, string>>): Readonly<Record<Name, StatementSync>> {
    const prepared = Object.entries<string>(texts).map(([name, text]) => [name, this.sql.prepare(text)] as const);
    return Object.fromEntries(prepared) as Record<Name, StatementSync>;
  }

  close(): void {
    this.sql.close();
  }
}

/**
 * Takes room on the disk in advance, in the file and in its log: when the disk is full, containers can still be stopped
 * and removed, which is how it gets empty again. Checkpoints keep the log within that room.
 */
function reserveSpace(sql: DatabaseSync): void {
  sql.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  try {
    // Two transactions: pages that one frees again are never written.
    sql.exec('CREATE TABLE IF NOT EXISTS reserve (bytes BLOB)');
    sql.exec(`INSERT INTO reserve VALUES (zeroblob(${RESERVED_BYTES}))`);
    sql.exec('DROP TABLE reserve');
  } catch (error) {
    // As much as an earlier start has taken must do.
    if (!isDiskFull(error)) throw error;
  }
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_FULL;
}

function versionOf(sql: DatabaseSync): number {
  const row = sql.prepare('PRAGMA user_version').get();
  return Number(row?.['user_version']);
}

/** The first question is where a file that is no database shows. */
function versionIn(path: string, sql: DatabaseSync): number {
  try {
    return versionOf(sql);
  } catch (error) {
    throw new EngineError('conflict', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function refuseNewer(path: string, steps: readonly Migration[]): void {
  const sql = new DatabaseSync(path, { readOnly: true });
  try {
    const version = versionIn(path, sql);
    if (version > steps.length) {
      throw new EngineError(
        'conflict',
        `${path} was written by a newer Skiff (schema ${version}; this one knows up to ${steps.length}): start that version, or choose another --data-root`,
      );
    }
  } finally {
    sql.close();
  }
}
