import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ContainersTable } from './containers.ts';
import { StateDatabase } from './database.ts';

function table(t: TestContext): ContainersTable {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-state-'));
  const database = StateDatabase.open(join(folder, 'state.db'));
  t.after(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });
  return new ContainersTable(database);
}

const row = { id: 'a', name: 'one', imageId: 'i', createdAtNs: 1_795_653_901_724_039_179n, document: '{}' };

test('rows come back oldest first, with every digit of their time', (t) => {
  const containers = table(t);
  containers.insert({ ...row, id: 'b', name: 'two', createdAtNs: row.createdAtNs + 1n });
  containers.insert(row);
  containers.update('a', { name: 'other', document: '{"x":1}' });
  assert.deepEqual(
    containers.all().map(({ id, name, createdAtNs, document }) => [id, name, createdAtNs, document]),
    [
      ['a', 'other', row.createdAtNs, '{"x":1}'],
      ['b', 'two', row.createdAtNs + 1n, '{}'],
    ],
  );
  containers.delete('a');
  assert.equal(containers.all().length, 1);
});

test('a name is one container’s, by constraint', (t) => {
  const containers = table(t);
  containers.insert(row);
  assert.throws(() => containers.insert({ ...row, id: 'b' }), /UNIQUE constraint failed: containers\.name/);
});
