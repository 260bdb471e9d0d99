import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeWorkingDirectory } from './working-directory.ts';

const root = await mkdtemp(join(tmpdir(), 'skiff-cwd-'));
const rootfs = join(root, 'rootfs');
await mkdir(join(rootfs, 'there'), { recursive: true });
after(() => rm(root, { recursive: true }));

test('missing folders are made, and those that are there left alone', async () => {
  await makeWorkingDirectory(rootfs, '/a/b/c');
  await makeWorkingDirectory(rootfs, '/a/b/c');
  assert.equal((await stat(join(rootfs, 'a/b/c'))).mode & 0o777, 0o755);
});

test('links and dots on the way never lead out of the root file system', async () => {
  await symlink('/new', join(rootfs, 'absolute'));
  await symlink('../../..', join(rootfs, 'there/up'));
  await makeWorkingDirectory(rootfs, '/absolute/x');
  await makeWorkingDirectory(rootfs, '/there/up/../y');
  assert.deepEqual(await readdir(root), ['rootfs']);
  assert.deepEqual((await readdir(rootfs)).toSorted(), ['a', 'absolute', 'new', 'there', 'y']);
});

test('a link that points to itself is an error, and no endless walk', async () => {
  await symlink('loop', join(rootfs, 'loop'));
  await assert.rejects(makeWorkingDirectory(rootfs, '/loop/x'), /Cannot mkdir: \/loop\/x: .*ELOOP/);
});

test('a file in the way is reported in Docker’s words', async () => {
  await writeFile(join(rootfs, 'file'), '');
  await assert.rejects(makeWorkingDirectory(rootfs, '/file'), { message: 'Cannot mkdir: /file is not a directory' });
  await assert.rejects(makeWorkingDirectory(rootfs, '/file/x'), /not a directory/);
});

test('a path that is not absolute is refused', async () => {
  await assert.rejects(makeWorkingDirectory(rootfs, 'rel'), {
    message: "the working directory 'rel' is invalid, it needs to be an absolute path",
  });
});
