import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { currentLog, setAside } from './rotate-log.ts';

function logIn(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-rotate-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const left = () =>
    Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  return { path: join(folder, 'log'), left };
}

test('each file takes the place of the one before it, and the oldest goes, in whichever form they are', async (t) => {
  const { path, left } = logIn(t, { log: 'three', 'log.1.gz': 'two', 'log.2': 'one' });
  await setAside(path, { maxFiles: 3 });
  assert.deepEqual(left(), { 'log.1': 'three', 'log.2.gz': 'two' });
  assert.equal(await currentLog(path), undefined);
});

test('what is missing on the way leaves a gap, as after a crash', async (t) => {
  const { path, left } = logIn(t, { 'log.1': 'one' });
  await setAside(path, { maxFiles: 4 });
  assert.deepEqual(left(), { 'log.2': 'one' });
});

test('of one file nothing is set aside', async (t) => {
  const { path, left } = logIn(t, { log: 'all' });
  await setAside(path, { maxFiles: 1 });
  assert.deepEqual(left(), { log: 'all' });
  assert.equal((await currentLog(path))?.sizeBytes, 3);
});
