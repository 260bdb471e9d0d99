import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownCgroup } from './cgroup-migration.ts';

test('the own cgroup is the one of the v2 hierarchy', () => {
  assert.equal(ownCgroup('0::/system.slice/skiffd.service\n'), '/system.slice/skiffd.service');
  assert.equal(ownCgroup('9:name=systemd:/a\n4:memory:/b\n0::/\n'), '/');
});

test('a host without a v2 hierarchy has no such cgroup', () => {
  assert.equal(ownCgroup('9:name=systemd:/a\n4:memory:/b\n'), undefined);
});
