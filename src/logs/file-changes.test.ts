import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FileChanges } from './file-changes.ts';

function fileOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-changes-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'log');
  writeFileSync(path, '');
  return path;
}

test('a change is told, also one before anybody waits for it', async (t) => {
  const path = fileOf(t);
  const changes = new FileChanges(path);
  t.after(() => changes.close());
  const waiting = changes.next();
  appendFileSync(path, 'one\n');
  await waiting;
  changes.notify();
  await changes.next();
});

test('where no more files can be watched, it is looked again and again', async (t) => {
  const full = () => {
    throw Object.assign(new Error('System limit for number of file watchers reached'), { code: 'ENOSPC' });
  };
  const changes = new FileChanges(fileOf(t), full);
  await changes.next();
  await changes.next();
  changes.close();
});

test('a file that is not there cannot be watched', (t) => {
  assert.throws(() => new FileChanges(`${fileOf(t)}.gone`), { code: 'ENOENT' });
});
