import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { StateDatabase } from './database.ts';

function temporaryPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-state-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'state.db');
}

test('a new database gets every migration once, and opens again as it is', (t) => {
  const path = temporaryPath(t);
  StateDatabase.open(path).close();
  const again = StateDatabase.open(path);
  assert.deepEqual(again.sql.prepare('SELECT count(*) AS n FROM containers').get()?.['n'], 0);
  again.close();
});

test('a migration that fails leaves the version before it', (t) => {
  const path = temporaryPath(t);
  const first = { name: 'first', sql: 'CREATE TABLE a (x) STRICT' };
  assert.throws(() =>
    StateDatabase.open(path, [
      { name: 'first', sql: 'CREATE TABLE a (x INTEGER) STRICT' },
      { name: 'broken', sql: 'CREATE TABLE b (x INTEGER) STRICT; NONSENSE' },
    ]),
  );
  const database = StateDatabase.open(path, [first]);
  const tables = database.sql.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  assert.deepEqual(
    tables.map((row) => row['name']),
    ['a'],
  );
  database.close();
});

test('a database of a newer version is refused and not a byte of it changes', (t) => {
  const path = temporaryPath(t);
  const steps = ['a', 'b'].map((name) => ({ name, sql: `CREATE TABLE ${name} (x INTEGER) STRICT` }));
  StateDatabase.open(path, steps).close();
  const before = readFileSync(path);
  assert.throws(
    () => StateDatabase.open(path, steps.slice(0, 1)),
    (error) =>
      isEngineError(error, 'conflict') &&
      /written by a newer Skiff \(schema 2; this one knows up to 1\)/.test(error.message),
  );
  assert.deepEqual(readFileSync(path), before);
});

test('a file that is no database is refused by its name, and not a byte of it changes', (t) => {
  const path = temporaryPath(t);
  writeFileSync(path, 'x'.repeat(5000));
  assert.throws(
    () => StateDatabase.open(path),
    (error) => isEngineError(error, 'conflict') && error.message === `${path} cannot be read: file is not a database`,
  );
  assert.equal(readFileSync(path, 'utf8'), 'x'.repeat(5000));
});

test('changes need no more room on the disk than was taken at the start', (t) => {
  const path = temporaryPath(t);
  const database = StateDatabase.open(path, [{ name: 'a', sql: 'CREATE TABLE a (x INTEGER, y TEXT) STRICT' }]);
  t.after(() => database.close());
  const size = () => [path, `${path}-wal`].map((file) => statSync(file).size);
  const before = size();
  const insert = database.sql.prepare('INSERT INTO a VALUES (?, ?)');
  for (let x = 0; x < 1500; x++) database.transaction(() => insert.run(x, 'y'.repeat(500)));
  assert.deepEqual(size(), before);
});

test('a transaction that throws keeps nothing, also when it nests', (t) => {
  const database = StateDatabase.open(temporaryPath(t), [{ name: 'a', sql: 'CREATE TABLE a (x INTEGER) STRICT' }]);
  t.after(() => database.close());
  assert.throws(() =>
    database.transaction(() => {
      database.transaction(() => database.sql.exec('INSERT INTO a VALUES (1)'));
      throw new Error('no');
    }),
  );
  assert.equal(database.sql.prepare('SELECT count(*) AS n FROM a').get()?.['n'], 0);
});
