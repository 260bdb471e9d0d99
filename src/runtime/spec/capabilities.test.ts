import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../../errors/engine-error.ts';
import { capabilitiesOfMask, containerCapabilities } from './capabilities.ts';

const available = capabilitiesOfMask(0x1ffffffffffn);
const base = { privileged: false, add: [], drop: [], available };

test('a mask is read bit by bit', () => {
  assert.deepEqual([...capabilitiesOfMask(0b100001n)], ['CAP_CHOWN', 'CAP_KILL']);
  assert.equal(available.size, 41);
});

test('capabilities are added and dropped by name, with or without the prefix, in any case', () => {
  const names = containerCapabilities({ ...base, add: ['net_admin', 'CAP_SYS_TIME'], drop: ['Chown'] });
  assert.equal(names.length, 15);
  assert.ok(names.includes('CAP_NET_ADMIN') && names.includes('CAP_SYS_TIME') && !names.includes('CAP_CHOWN'));
});

test('ALL stands for all that the daemon has itself', () => {
  const fewer = new Set([...available].filter((name) => name !== 'CAP_SYS_RESOURCE'));
  assert.equal(containerCapabilities({ ...base, add: ['ALL'], drop: ['SYS_ADMIN'], available: fewer }).length, 39);
  assert.deepEqual(containerCapabilities({ ...base, drop: ['all'], add: ['KILL'] }), ['CAP_KILL']);
  assert.equal(containerCapabilities({ ...base, privileged: true, available: fewer }).length, 40);
});

test('an unknown capability is refused by its name', () => {
  assert.throws(
    () => containerCapabilities({ ...base, add: ['FLY'] }),
    (error: Error) =>
      isEngineError(error, 'invalid_argument') && error.message === 'invalid CapAdd: unknown capability: "CAP_FLY"',
  );
});
