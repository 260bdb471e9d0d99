import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SpoolEntry } from '../../layers/spool/spool-entry.ts';
import type { ByteString } from '../../lib/tar/byte-string.ts';
import { SpoolTree } from './spool-tree.ts';

const file: SpoolEntry = {
  path: 'a' as ByteString,
  type: 'file',
  linkTarget: '' as ByteString,
  mode: 0o644,
  uid: 1,
  gid: 2,
  sizeBytes: 3,
  mtime: { seconds: 4, nanoseconds: 5 },
  hash: 'abc',
  device: { major: 0, minor: 0 },
  xattrs: new Map(),
  offset: 0,
};

function digestOf(change: Partial<SpoolEntry>, owners = true): string {
  const folder: SpoolEntry = { ...file, path: '' as ByteString, type: 'directory' };
  return new SpoolTree({ data: '', index: '' }, [folder, { ...file, ...change }]).digest('', new Set(), { owners });
}

test('everything of a file but its times and its place in the spool is part of its digest', () => {
  const changes: Readonly<Record<string, Partial<SpoolEntry>>> = {
    nothing: {},
    path: { path: 'b' as ByteString },
    type: { type: 'fifo' },
    link: { type: 'symlink', linkTarget: 'x' as ByteString },
    'another link': { type: 'symlink', linkTarget: 'y' as ByteString },
    mode: { mode: 0o600 },
    user: { uid: 7 },
    group: { gid: 7 },
    size: { sizeBytes: 7 },
    content: { hash: 'abd' },
    device: { type: 'character', device: { major: 1, minor: 3 } },
    'another device': { type: 'character', device: { major: 1, minor: 5 } },
    attribute: { xattrs: new Map([['user.a', Buffer.from('1')]]) },
    'attribute of another value': { xattrs: new Map([['user.a', Buffer.from('2')]]) },
  };
  const digests = Object.values(changes).map((change) => digestOf(change));
  assert.equal(new Set(digests).size, digests.length);
  assert.equal(digestOf({ mtime: { seconds: 9, nanoseconds: 9 }, offset: 512 }), digestOf({}));
});

test('owners are no part of it where they do not count', () => {
  assert.equal(digestOf({ uid: 7, gid: 8 }, false), digestOf({}, false));
});
