import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { archiveOf, rawEntry } from '../../lib/tar/testing/raw-archive.ts';
import { spoolArchive } from './spool-archive.ts';
import { formatSpoolEntry, parseSpoolEntry } from './spool-entry.ts';

const folder = mkdtempSync(join(tmpdir(), 'skiff-spool-'));
after(() => rmSync(folder, { recursive: true }));
let count = 0;

async function spooled(...entries: Buffer[]) {
  const path = join(folder, String(count++));
  const whole = archiveOf(...entries);
  const index = await spoolArchive(
    (async function* () {
      yield whole;
    })(),
    path,
  );
  return { index, data: readFileSync(path), paths: index.map(({ path: name }) => name as string) };
}

test('files are in one file, and each entry says where its own begins', async () => {
  const { index, data } = await spooled(rawEntry({ name: 'b' }, 'second'), rawEntry({ name: 'a' }, 'first'));
  const [root, a, b] = index;
  assert.equal(root?.type, 'directory');
  assert.equal(data.subarray(a?.offset, (a?.offset ?? 0) + (a?.sizeBytes ?? 0)).toString(), 'first');
  assert.equal(data.subarray(b?.offset, (b?.offset ?? 0) + (b?.sizeBytes ?? 0)).toString(), 'second');
  assert.equal(a?.hash, createHash('sha256').update('first').digest('hex'));
});

test('folders come before what is in them, and are there when the archive does not name them', async () => {
  const { paths } = await spooled(
    rawEntry({ name: 'd/x' }, '1'),
    rawEntry({ name: 'd-e' }, '2'),
    rawEntry({ name: './d/s/y' }, '3'),
  );
  assert.deepEqual(paths, ['', 'd', 'd/s', 'd/s/y', 'd/x', 'd-e']);
});

test('the last of two of one name counts, and takes what was below the first with it', async () => {
  const { index, paths } = await spooled(
    rawEntry({ name: 'x/deep' }, 'old'),
    rawEntry({ name: 'x' }, 'file'),
    rawEntry({ name: 'y' }, '1'),
    rawEntry({ name: 'y' }, '22'),
  );
  assert.deepEqual(paths, ['', 'x', 'y']);
  assert.equal(index[2]?.sizeBytes, 2);
});

test('hard links share the data of what they lead to', async () => {
  const { index } = await spooled(rawEntry({ name: 'a' }, 'data'), rawEntry({ name: 'b', type: '1', link: 'a' }));
  assert.deepEqual([index[2]?.type, index[2]?.offset, index[2]?.sizeBytes], ['file', index[1]?.offset, 4]);
});

test('names that leave the root, lead through links or to nothing are refused', async () => {
  await assert.rejects(spooled(rawEntry({ name: '../x' }, '1')), /would leave the layer/);
  await assert.rejects(
    spooled(rawEntry({ name: 'l', type: '2', link: '/etc' }), rawEntry({ name: 'l/x' }, '1')),
    /is not a directory/,
  );
  await assert.rejects(spooled(rawEntry({ name: 'h', type: '1', link: 'nothing' })), /hard link to "nothing"/);
  await assert.rejects(spooled(rawEntry({ name: '.' }, 'no folder')), /must be a directory/);
});

test('an entry comes back from its line as it was', async () => {
  const { index } = await spooled(rawEntry({ name: 'b\xff', type: '2', link: 't\xfe' }), rawEntry({ name: 'f' }, 'x'));
  for (const entry of index) assert.deepEqual(parseSpoolEntry(formatSpoolEntry(entry).trimEnd()), entry);
});
