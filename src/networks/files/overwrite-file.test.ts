import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { overwriteFile } from './overwrite-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'skiff-overwrite-'));
after(() => rmSync(folder, { recursive: true }));

test('a file is made, grows and shrinks, and stays the same file', async () => {
  const path = join(folder, 'hosts');
  await overwriteFile(path, 'one\n');
  const { ino } = statSync(path);
  for (const text of ['one\ntwo\nthree\n', 'ä\n', '', 'again\n']) {
    await overwriteFile(path, text);
    assert.equal(readFileSync(path, 'utf8'), text);
  }
  assert.equal(statSync(path).ino, ino);
});

test('an empty content of a file that had one is empty', async () => {
  const path = join(folder, 'emptied');
  writeFileSync(path, 'something');
  await overwriteFile(path, '');
  assert.equal(readFileSync(path, 'utf8'), '');
});
