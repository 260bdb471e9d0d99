import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseGroup, parsePasswd } from './account-files.ts';
import { lookUp, resolveUser } from './user.ts';

const passwd = parsePasswd('# users\nroot:x:0:0:root:/root:/bin/sh\nweb:x:33:34:::\n\nbroken:x:y:z\n7:x:70:71::/:\n');
const group = parseGroup('root:x:0:\nweb:x:34:\naudio:x:29:web,root\nvideo:x:44:other, web\nwheel:x:10:\n');

const cases = [
  { user: '', expect: { uid: 0, gid: 0, additionalGids: [0, 29] } },
  { user: 'web', expect: { uid: 33, gid: 34, additionalGids: [34, 29] } },
  { user: '33', expect: { uid: 33, gid: 34, additionalGids: [34, 29] } },
  { user: '1000', expect: { uid: 1000, gid: 0, additionalGids: [0] } },
  { user: 'web:wheel', expect: { uid: 33, gid: 10, additionalGids: [10] } },
  { user: '1000:1001', expect: { uid: 1000, gid: 1001, additionalGids: [1001] } },
  { user: 'web', groups: ['wheel', '12', '12'], expect: { uid: 33, gid: 34, additionalGids: [34, 29, 10, 12] } },
  { user: '7', expect: { uid: 70, gid: 71, additionalGids: [71] } },
];
for (const { user, groups = [], expect } of cases) {
  test(`the user "${user}" with ${groups.length} further groups is found`, () => {
    assert.deepEqual(lookUp(passwd, group, user, groups), expect);
  });
}

const refusals = [
  { user: 'nope', text: 'unable to find user nope: no matching entries in passwd file' },
  { user: 'nope:nope', text: 'unable to find user nope: no matching entries in passwd file' },
  { user: '0:nope', text: 'unable to find group nope: no matching entries in group file' },
  { user: '99999999999', text: 'uids and gids must be in range 0-2147483647' },
  { user: '-5', text: 'uids and gids must be in range 0-2147483647' },
  { user: '0', groups: ['nope'], text: 'Unable to find group nope: no matching entries in group file' },
];
for (const { user, groups = [], text } of refusals) {
  test(`the user "${user}" with groups [${groups.join()}] is refused in Docker’s words`, () => {
    assert.throws(() => lookUp(passwd, group, user, groups), { message: text });
  });
}

test('the account files are the container’s own, wherever their links point', async () => {
  const root = await mkdtemp(join(tmpdir(), 'skiff-user-'));
  try {
    await mkdir(join(root, 'rootfs/etc'), { recursive: true });
    await mkdir(join(root, 'rootfs/data'));
    await writeFile(join(root, 'outside'), 'intruder:x:1:1::/:\n');
    await writeFile(join(root, 'rootfs/data/passwd'), 'mine:x:5:6::/:\n');
    await symlink('/data/passwd', join(root, 'rootfs/etc/passwd'));
    assert.deepEqual(await resolveUser(join(root, 'rootfs'), 'mine'), { uid: 5, gid: 6, additionalGids: [6] });
    await rm(join(root, 'rootfs/etc/passwd'));
    await symlink('../../outside', join(root, 'rootfs/etc/passwd'));
    await assert.rejects(resolveUser(join(root, 'rootfs'), 'intruder'), /unable to find user intruder/);
    assert.deepEqual(await resolveUser(join(root, 'rootfs'), ''), { uid: 0, gid: 0, additionalGids: [0] });
  } finally {
    await rm(root, { recursive: true });
  }
});
