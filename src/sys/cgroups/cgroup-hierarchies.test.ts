import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHierarchies } from './cgroup-hierarchies.ts';

const v1 = (name: string, device: string) =>
  `30 25 ${device} / /sys/fs/cgroup/${name} rw,relatime - cgroup cgroup rw,${name}`;

test('a host with version 2 alone has one hierarchy', () => {
  assert.deepEqual(parseHierarchies('30 25 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n'), {
    mode: 'v2',
    roots: ['/sys/fs/cgroup'],
    unified: '/sys/fs/cgroup',
    v1Base: undefined,
  });
});

test('a host with both versions has a hierarchy for each controller and one more', () => {
  const mountInfo = [
    '29 25 0:30 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755',
    v1('memory', '0:31'),
    v1('pids', '0:32'),
    '33 25 0:33 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
    // The same hierarchy once more, elsewhere.
    '40 25 0:32 / /mnt/pids rw - cgroup cgroup rw,pids',
  ].join('\n');
  assert.deepEqual(parseHierarchies(mountInfo), {
    mode: 'hybrid',
    roots: ['/sys/fs/cgroup/memory', '/sys/fs/cgroup/pids', '/sys/fs/cgroup/unified'],
    unified: '/sys/fs/cgroup/unified',
    v1Base: '/sys/fs/cgroup',
  });
  assert.equal(parseHierarchies(v1('memory', '0:31')).mode, 'v1');
});

test('a version 1 hierarchy beside a version 2 host, as some programs mount one, changes nothing', () => {
  const mountInfo = `${v1('net_cls', '0:31')}\n30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n`;
  assert.deepEqual(parseHierarchies(mountInfo).roots, ['/sys/fs/cgroup']);
  assert.equal(parseHierarchies(mountInfo).mode, 'v2');
});
