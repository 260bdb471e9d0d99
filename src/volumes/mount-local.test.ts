import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordingSyscalls } from '../sys/recording.ts';
import { MS } from '../sys/syscalls.ts';
import { mountLocal } from './mount-local.ts';

const ENODEV = 19;
const EBUSY = 16;
const mounts = (sys: RecordingSyscalls) => sys.calls.filter(({ name }) => name === 'mount').map(({ args }) => args[0]);

test('a file system is mounted with its flags and options', async () => {
  const sys = new RecordingSyscalls();
  await mountLocal(sys, '/v', { type: 'nfs', device: ':/export', o: 'addr=192.0.2.7,ro,vers=4' });
  const data = 'addr=192.0.2.7,vers=4';
  assert.deepEqual(mounts(sys), [{ source: ':/export', target: '/v', fsType: 'nfs', flags: MS.RDONLY, data }]);
});

test('the host of a network file system is looked up, and reached by IPv4 where it can be', async () => {
  const sys = new RecordingSyscalls();
  await mountLocal(sys, '/v', { type: 'nfs', device: ':/export', o: 'addr=localhost,rw' });
  assert.deepEqual(mounts(sys), [
    { source: ':/export', target: '/v', fsType: 'nfs', flags: 0, data: 'addr=127.0.0.1' },
  ]);
});

test("a bind's flags need a second call, and so does its propagation", async () => {
  const sys = new RecordingSyscalls();
  await mountLocal(sys, '/v', { type: 'none', device: '/srv', o: 'bind,ro,rslave' });
  assert.deepEqual(mounts(sys), [
    { source: '/srv', target: '/v', flags: MS.BIND | MS.RDONLY },
    { source: 'none', target: '/v', flags: MS.BIND | MS.RDONLY | MS.REMOUNT },
    { source: 'none', target: '/v', flags: MS.SLAVE | MS.REC },
  ]);
});

test('a disk that is busy for a moment is waited for', async () => {
  const sys = new RecordingSyscalls();
  sys.failNext('mount', EBUSY);
  await mountLocal(sys, '/v', { type: 'ext4', device: '/dev/disk' });
  assert.equal(mounts(sys).length, 2);
});

test('a failure says what was tried, and nothing stays mounted', async () => {
  const sys = new RecordingSyscalls();
  sys.failNext('mount', ENODEV);
  await assert.rejects(
    mountLocal(sys, '/v', { type: 'nofs', device: 'x', o: 'size=1m' }),
    /^EngineError: error while mounting volume '\/v': failed to mount local volume: mount x:\/v, data: size=1m: no such device$/,
  );
  sys.failNext('mount', ENODEV);
  await assert.rejects(
    mountLocal(sys, '/v', { type: 'none', device: '/srv', o: 'bind,ro' }),
    /failed to mount local volume: mount \/srv:\/v, flags: 0x1001: no such device$/,
  );
  await assert.rejects(
    mountLocal(sys, '/v', { type: 'nfs', device: ':/export', o: 'addr=nobody.invalid' }),
    /^EngineError: error while mounting volume '\/v': error resolving passed in network volume address: /,
  );
});
