import type { StatementSync } from 'node:sqlite';
import type { StateDatabase } from './database.ts';

/** What the engine remembers of a data root besides its resources, by key. */
export class SettingState {
  readonly #get: StatementSync;
  readonly #set: StatementSync;

  constructor({ sql }: StateDatabase) {
    this.#get = sql.prepare('SELECT value FROM settings WHERE key = ?');
    this.#set = sql.prepare(
      'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    );
  }

  get(key: string): string | undefined {
    const row = this.#get.get(key);
    return row === undefined ? undefined : String(row['value']);
  }

  set(key: string, value: string): void {
    this.#set.run(key, value);
  }
}
