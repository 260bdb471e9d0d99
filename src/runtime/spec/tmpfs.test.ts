import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tmpfsMount } from './tmpfs.ts';

test('nothing on a tmpfs can be run unless asked for', () => {
  assert.deepEqual(tmpfsMount('/run', '').options, ['noexec', 'nosuid', 'nodev', 'rprivate']);
});

test('the last word on a flag or value counts', () => {
  assert.deepEqual(tmpfsMount('/run', 'size=1m,exec,size=2m,rw,ro').options, [
    'nosuid',
    'nodev',
    'rprivate',
    'exec',
    'size=2m',
    'ro',
  ]);
});

test('an unknown option is refused by its name', () => {
  assert.throws(() => tmpfsMount('/run', 'nope=1'), { message: 'invalid tmpfs option "nope"' });
  assert.throws(() => tmpfsMount('/run', 'size'), { message: 'invalid tmpfs option "size"' });
});
