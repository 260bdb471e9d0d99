import assert from 'node:assert/strict';
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { O_PATH, openInRoot } from './open-in-root.ts';

const root = mkdtempSync(join(tmpdir(), 'skiff-root-'));
mkdirSync(join(root, 'etc'));
writeFileSync(join(root, 'etc/passwd'), 'of the root');
writeFileSync(join(root, 'top'), 'ab');
symlinkSync('/etc', join(root, 'absolute'));
symlinkSync('../../../../top', join(root, 'etc/upwards'));
symlinkSync('loop', join(root, 'loop'));
const directory = openSync(root, O_PATH | constants.O_DIRECTORY);
after(() => {
  closeSync(directory);
  rmSync(root, { recursive: true });
});

async function sizeOf(path: string): Promise<number> {
  const fd = await openInRoot(directory, path);
  try {
    return fstatSync(fd).size;
  } finally {
    closeSync(fd);
  }
}

test('neither links nor dots lead out of the root', async () => {
  for (const path of ['/etc/passwd', 'absolute/passwd', '../../../etc/passwd', '/absolute/../etc/./passwd']) {
    assert.equal(await sizeOf(path), 'of the root'.length, path);
  }
});

test('a link at the end is itself, and what cannot be followed or found says so', async () => {
  assert.equal(await sizeOf('/etc/upwards'), '../../../../top'.length);
  await assert.rejects(openInRoot(directory, '/none'), { code: 'ENOENT' });
  await assert.rejects(openInRoot(directory, '/loop/x'), { code: 'ELOOP' });
  await assert.rejects(openInRoot(directory, '/top/x'), { code: 'ENOTDIR' });
});

test('what is mounted in the root is another file system', async () => {
  const host = openSync('/', O_PATH | constants.O_DIRECTORY);
  try {
    await assert.rejects(openInRoot(host, '/proc/version'), { code: 'EXDEV' });
  } finally {
    closeSync(host);
  }
});
