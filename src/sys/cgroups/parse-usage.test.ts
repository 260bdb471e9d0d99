import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFields, parseInterfaces, parseIoStat, parseSystemCpu, parseThrottleStat } from './parse-usage.ts';

test('numbers of cgroup files keep all their digits', () => {
  const fields = parseFields('cache 12\nhierarchical_memory_limit 9223372036854771712\n');
  assert.deepEqual(
    [...fields],
    [
      ['cache', 12n],
      ['hierarchical_memory_limit', 9223372036854771712n],
    ],
  );
});

test('io.stat gives bytes read and written of each device, also of one without numbers', () => {
  assert.deepEqual(parseIoStat('8:16 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=3 dios=4\n'), [
    { major: 8, minor: 16, operation: 'read', value: 10 },
    { major: 8, minor: 16, operation: 'write', value: 20 },
  ]);
  assert.deepEqual(parseIoStat(''), []);
});

test("blkio's files name the operation, and their sum over devices is left out", () => {
  assert.deepEqual(parseThrottleStat('8:0 Read 7\n8:0 Total 7\nTotal 7\n'), [
    { major: 8, minor: 0, operation: 'Read', value: 7 },
    { major: 8, minor: 0, operation: 'Total', value: 7 },
  ]);
});

test("the host's time is the sum of its states without those of guests", () => {
  const text = 'cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2\ncpu1 1 2\nintr 5\n';
  assert.deepEqual(parseSystemCpu(text, 10), { totalNs: 280, cpus: 2 });
});

test('interfaces are counted without the loopback', () => {
  const text = [
    'Inter-|   Receive                                                |  Transmit',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop',
    '    lo:     100       2    0    0    0     0          0         0      100       2    0    0    0     0       0          0',
    '  eth0:1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0',
  ];
  assert.deepEqual(
    [...parseInterfaces(text.join('\n'))],
    [
      [
        'eth0',
        {
          received: { bytes: 1, packets: 2, errors: 3, dropped: 4 },
          sent: { bytes: 5, packets: 6, errors: 7, dropped: 8 },
        },
      ],
    ],
  );
});
