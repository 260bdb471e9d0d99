import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OciMount } from '../oci-spec.ts';
import { overriding } from './user-mounts.ts';

const mount = (destination: string, type = 'tmpfs', source = 'own'): OciMount => ({ destination, type, source });
const own = [mount('/proc', 'proc'), mount('/dev'), mount('/dev/pts'), mount('/etc/hosts', 'bind')];
const shown = (mounts: readonly OciMount[]) => mounts.map(({ destination, source }) => `${destination} ${source}`);

test('without mounts of the user everything stays as it is', () => {
  assert.deepEqual(overriding(own, []), own);
});

test("the user's mounts come after the kernel's file systems, the outer first, and the engine's files on top of them", () => {
  const users = [mount('/a/b/c', 'bind', 'user'), mount('/etc', 'bind', 'user'), mount('/a', 'bind', 'user')];
  assert.deepEqual(shown(overriding(own, users)), [
    '/proc own',
    '/dev own',
    '/dev/pts own',
    '/etc user',
    '/a user',
    '/etc/hosts own',
    '/a/b/c user',
  ]);
});

test("what the user puts in the same place counts, and a /dev of the user's has nothing of the engine's in it", () => {
  const users = [mount('/dev', 'bind', 'user'), mount('/etc/hosts', 'bind', 'user')];
  assert.deepEqual(shown(overriding(own, users)), ['/proc own', '/dev user', '/etc/hosts user']);
});
