import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mountOf, parseMountInfo } from './mount-info.ts';

const TABLE = `20 1 254:0 / / rw,relatime - ext4 /dev/vda rw
21 20 0:5 / /a\\040b rw shared:7 master:3 - tmpfs tmpfs rw
22 20 0:6 / /a\\040b rw - tmpfs tmpfs rw
23 20 0:7 / /srv ro,nosuid master:1 - tmpfs tmpfs rw
`;

test('targets and propagation are read from the table of mounts', () => {
  assert.deepEqual(parseMountInfo(TABLE), [
    { target: '/', isShared: false, isSlave: false, flags: ['rw', 'relatime'] },
    { target: '/a b', isShared: true, isSlave: true, flags: ['rw'] },
    { target: '/a b', isShared: false, isSlave: false, flags: ['rw'] },
    { target: '/srv', isShared: false, isSlave: true, flags: ['ro', 'nosuid'] },
  ]);
});

test('a path lies in the innermost mount, and of several in one place in the last', () => {
  const mounts = parseMountInfo(TABLE);
  assert.equal(mountOf(mounts, '/srv/x')?.target, '/srv');
  assert.equal(mountOf(mounts, '/srvx')?.target, '/');
  assert.equal(mountOf(mounts, '/a b/c'), mounts[2]);
});
