import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MS } from '../sys/syscalls.ts';
import { checkLocalOptions, localMountOf } from './local-options.ts';

test('flags of mount(8) become bits, a later word takes an earlier one back, and the rest is for the file system', () => {
  const options = { type: 'tmpfs', device: 'tmpfs', o: 'ro,noexec,size=1m,rw,nosuid,mode=700,rshared' };
  assert.deepEqual(localMountOf(options), {
    device: 'tmpfs',
    fsType: 'tmpfs',
    flags: MS.NOEXEC | MS.NOSUID,
    propagation: MS.SHARED | MS.REC,
    data: 'size=1m,mode=700',
  });
});

test('a bind has its flags, too', () => {
  const { flags, data } = localMountOf({ type: 'none', device: '/srv', o: 'bind,ro' });
  assert.equal(flags, MS.BIND | MS.RDONLY);
  assert.equal(data, '');
});

test('no options are fine, unknown and missing ones are not', () => {
  checkLocalOptions('v', {});
  checkLocalOptions('v', { type: 'nfs', device: ':/export', o: 'addr=server' });
  assert.throws(
    () => checkLocalOptions('v', { type: 'x' }),
    /^EngineError: create v: missing required option: "device"$/,
  );
  assert.throws(() => checkLocalOptions('v', { size: '1' }), /quota size requested but no quota support/);
  assert.throws(() => checkLocalOptions('v', { constructor: 'x' }), /invalid option: "constructor"/);
});
