import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mappedDevices, parseDeviceRule } from './mapped-devices.ts';

test('rules of devices are read, a star for every number', () => {
  assert.deepEqual(parseDeviceRule('c 10:* rw'), { allow: true, type: 'c', major: 10, access: 'rw' });
  assert.deepEqual(parseDeviceRule('a *:* rwm'), { allow: true, access: 'rwm' });
  assert.throws(() => parseDeviceRule('z 1:1 r'), { message: "invalid device cgroup rule format: 'z 1:1 r'" });
});

test('a device is there under its other name, and may be used as asked for', async () => {
  const { nodes, rules } = await mappedDevices([
    { pathOnHost: '/dev/zero', pathInContainer: '/dev/nought', permissions: 'r' },
  ]);
  assert.deepEqual(
    nodes.map(({ path, type, major, minor }) => [path, type, major, minor]),
    [['/dev/nought', 'c', 1, 5]],
  );
  assert.deepEqual(rules, [{ allow: true, type: 'c', major: 1, minor: 5, access: 'r' }]);
});

test('what is no device is refused with Docker’s words', async () => {
  const mapping = (pathOnHost: string) => [{ pathOnHost, pathInContainer: '/dev/x', permissions: 'r' }];
  await assert.rejects(mappedDevices(mapping('/dev/nope')), /custom device "\/dev\/nope": no such file or directory$/);
  await assert.rejects(mappedDevices(mapping(import.meta.filename)), /: not a device node$/);
});
