import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { RecordingSyscalls } from '../sys/recording.ts';
import { type ContentPlace, isEmptyVolume, putContent, settle } from './settle-content.ts';

const sys = new RecordingSyscalls();

function place(t: TestContext, more: Partial<ContentPlace> = {}): ContentPlace {
  const beside = mkdtempSync(join(tmpdir(), 'skiff-settle-'));
  t.after(() => rmSync(beside, { recursive: true }));
  mkdirSync(join(beside, '_data'));
  return { data: join(beside, '_data'), beside, isUsed: false, ...more };
}

async function makeTwo(target: string): Promise<void> {
  mkdirSync(target, { mode: 0o750 });
  writeFileSync(join(target, 'a'), '1');
  writeFileSync(join(target, 'b'), '2');
}

test('new content is there as a whole, with the mode of its folder', async (t) => {
  const where = place(t);
  await putContent(sys, where, makeTwo);
  assert.deepEqual(readdirSync(where.data).sort(), ['a', 'b']);
  assert.equal(statSync(where.data).mode & 0o777, 0o750);
  assert.deepEqual(readdirSync(where.beside), ['_data']);
});

test('a folder that somebody has in hand stays the same folder', async (t) => {
  const where = place(t, { isUsed: true });
  const { ino } = statSync(where.data);
  await putContent(sys, where, makeTwo);
  assert.equal(statSync(where.data).ino, ino);
  assert.equal(statSync(where.data).mode & 0o777, 0o750);
  assert.deepEqual(readdirSync(where.data).sort(), ['a', 'b']);
  assert.deepEqual(readdirSync(where.beside), ['_data']);
});

test('what fails on its way leaves nothing', async (t) => {
  const where = place(t);
  const failing = putContent(sys, where, async (target) => {
    await makeTwo(target);
    throw new Error('the disk is full');
  });
  await assert.rejects(failing, /the disk is full/);
  assert.deepEqual(readdirSync(where.beside), ['_data']);
  assert.equal(await isEmptyVolume(where), true);
});

test('after a crash what was half made goes, and what was whole is put in place', async (t) => {
  const half = place(t);
  await makeTwo(join(half.beside, '.skiff-filling'));
  await settle(sys, half);
  assert.deepEqual(readdirSync(half.beside), ['_data']);
  assert.equal(await isEmptyVolume(half), true);

  const whole = place(t);
  await makeTwo(join(whole.beside, '.skiff-filled'));
  await settle(sys, whole);
  assert.deepEqual(readdirSync(whole.data).sort(), ['a', 'b']);
});

test('files that somebody has made since then stay as they are', async (t) => {
  const where = place(t);
  await makeTwo(join(where.beside, '.skiff-filled'));
  writeFileSync(join(where.data, 'a'), 'newer');
  await settle(sys, where);
  assert.equal(readFileSync(join(where.data, 'a'), 'utf8'), 'newer');
  assert.equal(readFileSync(join(where.data, 'b'), 'utf8'), '2');
  assert.equal(existsSync(join(where.beside, '.skiff-filled')), false);
});
