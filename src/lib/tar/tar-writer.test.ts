import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ByteString } from './byte-string.ts';
import type { TarEntry } from './tar-entry.ts';
import { formatTarHeader, TAR_END, tarPadding } from './tar-writer.ts';
import { readAllEntries } from './testing/raw-archive.ts';

const PLAIN: TarEntry = {
  type: 'file',
  path: 'plain' as ByteString,
  linkTarget: '' as ByteString,
  mode: 0o4755,
  uid: 1,
  gid: 2,
  sizeBytes: 0,
  mtime: { seconds: 1_700_000_000, nanoseconds: 0 },
  device: { major: 0, minor: 0 },
  xattrs: new Map(),
  extents: undefined,
};

const CASES: readonly { title: string; entry: TarEntry; data?: string }[] = [
  { title: 'a plain file', entry: { ...PLAIN, sizeBytes: 5 }, data: 'hello' },
  { title: 'a directory', entry: { ...PLAIN, type: 'directory', path: 'd/' as ByteString } },
  { title: 'a device', entry: { ...PLAIN, type: 'block', device: { major: 259, minor: 70000 } } },
  { title: 'a long name of bytes', entry: { ...PLAIN, path: `${'x'.repeat(300)}\xff\xe9` as ByteString } },
  { title: 'a long link', entry: { ...PLAIN, type: 'symlink', linkTarget: 'y'.repeat(101) as ByteString } },
  { title: 'a name of exactly a hundred bytes', entry: { ...PLAIN, path: 'z'.repeat(100) as ByteString } },
  { title: 'large owners', entry: { ...PLAIN, uid: 3_000_000, gid: 4_000_000_000 } },
  { title: 'nanoseconds', entry: { ...PLAIN, mtime: { seconds: 5, nanoseconds: 7 } } },
  { title: 'a time before the epoch', entry: { ...PLAIN, mtime: { seconds: -2, nanoseconds: 250_000_000 } } },
  {
    title: 'binary attributes',
    entry: { ...PLAIN, xattrs: new Map([['security.capability', Buffer.from([1, 0, 10, 61, 255])]]) },
  },
];

for (const { title, entry, data = '' } of CASES) {
  test(`what the writer says is what the reader finds: ${title}`, async () => {
    const archive = Buffer.concat([formatTarHeader(entry), Buffer.from(data), tarPadding(data.length), TAR_END]);
    assert.equal(archive.length % 512, 0);
    const [found] = await readAllEntries(archive);
    assert.deepEqual(found, { ...entry, data });
  });
}

test('an extended header is written only where the plain one cannot say it', () => {
  assert.equal(formatTarHeader(PLAIN).length, 512);
  assert.equal(formatTarHeader({ ...PLAIN, mtime: { seconds: 1, nanoseconds: 1 } }).length, 3 * 512);
});
